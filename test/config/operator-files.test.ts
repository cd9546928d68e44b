import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { type OperatorFiles, openOperatorFiles } from "../../src/config/operator-files.ts";
import { until } from "../until.ts";

let folder: string;
let stop: AbortController;
let told: Readonly<Record<string, unknown>>[];
let changes: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "operator-"));
  stop = new AbortController();
  told = [];
  changes = 0;
});
afterEach(() => {
  stop.abort();
  rmSync(folder, { recursive: true });
});

const registryThread = new URL("../../dist/registry-thread-entry.js", import.meta.url);
/** A file that is created when a thread starts to parse a registry. */
const threadStarted = (): string => join(folder, "thread-started");

/** Writes the code of a thread that first creates the file {@link threadStarted}. */
function threadEntry(): URL {
  const path = join(folder, "thread-entry.mjs");
  writeFileSync(
    path,
    `import { writeFileSync } from "node:fs";
    writeFileSync(${JSON.stringify(threadStarted())}, "");
    await import(${JSON.stringify(registryThread.href)});`,
  );
  return pathToFileURL(path);
}

async function opened(): Promise<OperatorFiles> {
  const tell = (event: string, fields = {}) => void told.push({ event, ...fields });
  const files = await openOperatorFiles({
    registryPath: join(folder, "exchanges.yml"),
    tiersPath: join(folder, "tiers.yml"),
    deployment: undefined,
    stop: stop.signal,
    registryThreadEntry: threadEntry(),
    log: { error: tell, warn: tell, info: tell, debug: tell },
  });
  files.onRegistry(() => changes++);
  return files;
}

/** Returns a registry of these exchanges. The patterns after a name are its accepted projects. */
function list(...entries: readonly (readonly [exchange: string, accepts?: string])[]): void {
  const exchanges = entries.map(([exchange, accepts]) => ({
    exchange,
    destinations: ["t"],
    projects: ["#"],
    ...(accepts === undefined ? {} : { accept_projects: [accepts] }),
  }));
  writeFileSync(join(folder, "exchanges.yml"), JSON.stringify({ exchanges }));
}

it("a changed registry is logged with numbers, and is in force when it is logged", async () => {
  list(["a"], ["b"]);
  const files = await opened();
  list(["b"], ["c"], ["d"]);
  await files.reread();
  expect(files.registry().exchanges).toEqual(["b", "c", "d"]);
  expect([files.generation(), changes]).toEqual([2, 1]);
  expect(told).toContainEqual(
    expect.objectContaining({
      ...{ event: "registry_reloaded", generation: 2 },
      ...{ exchanges: 3, bindings: 3, added: 2, left: 1 },
    }),
  );
});

it("warnings about the registry are logged at the start, and again when it changes", async () => {
  list(["a"], ["b", "try"]);
  const files = await opened();
  const warnings = () => told.filter(({ event }) => event === "registry_warnings");
  expect(warnings()).toEqual([
    expect.objectContaining({
      warnings: [expect.stringMatching(/exchanges\[0\]: has no accept_projects, so a may/)],
    }),
  ]);
  list(["a", "x"], ["b", "try"]);
  await files.reread();
  expect(warnings()).toHaveLength(1);
  list(["a", "x"], ["b"]);
  await files.reread();
  expect(warnings()).toHaveLength(2);
});

it("the problems of either file are reported, and the other file takes effect", async () => {
  list(["a"]);
  const files = await opened();
  list(["b"]);
  writeFileSync(join(folder, "tiers.yml"), "try: 2\n");
  await files.reread();
  expect(files.registry().exchanges).toEqual(["b"]);
  expect(files.problems()).toEqual([expect.stringContaining("tiers.yml:1: try: must be a project")]);
});

it("a removed exchange may write no more than before, because its messages may still be in the queue", async () => {
  list(["a", "try"], ["b"]);
  const files = await opened();
  const accepted = () => [files.acceptsProject("a", "try"), files.acceptsProject("a", "mozilla-central")];
  expect(accepted()).toEqual([true, false]);
  for (const entries of [[["b"]], [["c"]]] as const) {
    list(...entries);
    await files.reread();
    expect(accepted()).toEqual([true, false]);
  }
  list(["a"]);
  await files.reread();
  expect(accepted()).toEqual([true, true]);
});

it("a large registry is parsed on a thread, and takes effect like a small one, in the order of the changes", async () => {
  list(["a"]);
  const files = await opened();
  const many = Array.from({ length: 5000 }, (_, n) => [`e${n}`, "try"] as const);
  list(...many);
  const large = files.reread();
  // The thread receives the text that was read, so the file may change from now on.
  await until(() => existsSync(threadStarted()));
  list(["b"]);
  await Promise.all([large, files.reread()]);
  expect([files.generation(), files.registry().exchanges]).toEqual([3, ["b"]]);
  list(...many, ["broken", "no project"]);
  await files.reread();
  expect(files.problems()).toEqual([
    expect.stringMatching(/exchanges\[5000\]\.accept_projects\[0\]: matches no/),
  ]);
  list(...many);
  await files.reread();
  expect(files.registry().exchanges).toHaveLength(5000);
  expect([files.acceptsProject("e7", "try"), files.acceptsProject("e7", "x")]).toEqual([true, false]);
});
