import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { type WatchedFile, watchFile } from "../../src/config/watched-file.ts";
import { Misuse } from "../../src/domain/faults.ts";
import { until } from "../until.ts";

const EVERY_MS = 20;
let folder: string;
let path: string;
let stop: AbortController;
let told: Readonly<Record<string, unknown>>[];
let changes: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "watched-"));
  path = join(folder, "rules.yml");
  stop = new AbortController();
  told = [];
  changes = [];
});
afterEach(() => {
  stop.abort();
  rmSync(folder, { recursive: true });
});

/** Accepts any text except "broken". The value is the text in capitals. */
function watched(): Promise<WatchedFile<string>> {
  const tell = (event: string, fields = {}) => void told.push({ event, ...fields });
  return watchFile({
    what: "rules",
    path,
    everyMs: EVERY_MS,
    parse(text) {
      if (text === null || text === "broken") throw new Misuse([`${path}: ${text}`]);
      return text.toUpperCase();
    },
    onChange: (now, before) => changes.push(`${before} -> ${now}`),
    stop: stop.signal,
    log: { error: tell, warn: tell, info: tell, debug: tell },
  });
}

it("a file that is overwritten is read again", async () => {
  writeFileSync(path, "a");
  const file = await watched();
  expect([file.current(), file.generation()]).toEqual(["A", 1]);
  writeFileSync(path, "b");
  await until(() => file.current() === "B");
  expect(file.generation()).toBe(2);
  expect(changes).toEqual(["A -> B"]);
});

it("a file that an editor replaces by one with the same length and time is read again", async () => {
  writeFileSync(path, "a");
  const file = await watched();
  writeFileSync(`${path}.new`, "b");
  renameSync(`${path}.new`, path);
  await until(() => file.current() === "B");
});

it("a file that Kubernetes replaces by relinking a folder is read again", async () => {
  for (const name of ["one", "two"]) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "rules.yml"), name);
  }
  symlinkSync("one", join(folder, "..data"));
  symlinkSync(join("..data", "rules.yml"), path);
  const file = await watched();
  symlinkSync("two", join(folder, "..data_tmp"));
  renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
  await until(() => file.current() === "TWO");
  expect(changes).toEqual(["ONE -> TWO"]);
});

it("an invalid file is reported once with all problems, and the previous one stays in force until it is fixed", async () => {
  writeFileSync(path, "a");
  const file = await watched();
  writeFileSync(path, "broken");
  await until(() => file.problems().length > 0);
  expect(file.problems()).toEqual([`${path}: broken`]);
  await wait(5 * EVERY_MS);
  expect(told).toEqual([
    expect.objectContaining({ event: "rules_broken", problems: [`${path}: broken`], generation: 1 }),
  ]);
  expect(file.current()).toBe("A");
  writeFileSync(path, "c");
  await until(() => file.problems().length === 0);
  expect([file.current(), file.generation()]).toEqual(["C", 2]);
});

it("a restored file takes effect without a new generation", async () => {
  writeFileSync(path, "a");
  const file = await watched();
  rmSync(path);
  await until(() => file.problems().length > 0);
  expect(file.problems()).toEqual([`${path}: null`]);
  writeFileSync(path, "a");
  await until(() => file.problems().length === 0);
  expect(file.generation()).toBe(1);
  expect(told.map(({ event }) => event)).toEqual(["rules_broken", "rules_unchanged"]);
});

it("a pipe instead of the file is reported, and does not end the watch", async () => {
  writeFileSync(path, "a");
  const file = await watched();
  rmSync(path);
  execFileSync("mkfifo", [path]);
  await until(() => file.problems().join().includes("is a pipe"));
  await file.reread();
  expect(file.current()).toBe("A");
  rmSync(path);
  writeFileSync(path, "b");
  await until(() => file.current() === "B");
  expect(file.problems()).toEqual([]);
});

it("a file that is written piece by piece is not used before it is complete", async () => {
  writeFileSync(path, "a");
  const file = await watched();
  // The checks take turns with this loop, so the file grows between any two of them, however busy the machine is.
  const enough = performance.now() + 15 * EVERY_MS;
  while (performance.now() < enough) {
    appendFileSync(path, "b");
    await nextTurn();
  }
  const whole = readFileSync(path, "utf8").toUpperCase();
  await until(() => file.current() === whole);
  expect(changes).toEqual([`A -> ${whole}`]);
});

it("a request makes the watch check immediately, and the result is always logged", async () => {
  writeFileSync(path, "a");
  const file = await watched();
  await file.reread();
  expect(told).toEqual([expect.objectContaining({ event: "rules_unchanged" })]);
  writeFileSync(path, "b");
  await file.reread();
  expect(file.current()).toBe("B");
  expect(changes).toEqual(["A -> B"]);
});

it("a file that is invalid at the start is an error", async () => {
  writeFileSync(path, "broken");
  await expect(watched()).rejects.toThrow(Misuse);
});
