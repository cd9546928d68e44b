import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { makeFolder } from "../../src/disk/make-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "make-folder-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("creates a folder and its parents, and does not change an existing one", () => {
  const path = join(folder, "a", "b", "c");
  makeFolder(path);
  writeFileSync(join(path, "kept"), "");
  makeFolder(path);
  expect(statSync(join(path, "kept")).isFile()).toBe(true);
});

it("fails immediately for a folder that cannot be created, also below a file and below /proc", () => {
  writeFileSync(join(folder, "file"), "");
  expect(() => makeFolder(join(folder, "file"))).toThrow("EEXIST");
  expect(() => makeFolder(join(folder, "file", "a", "b"))).toThrow(/E(NOTDIR|EXIST)/);
  for (const path of ["/proc/none", "/proc/none/a/b"])
    expect(() => makeFolder(path)).toThrow(/ENOENT|EACCES|EPERM/);
});
