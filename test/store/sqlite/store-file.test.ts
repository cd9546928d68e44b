import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "@jest/globals";
import { isStoreIn, storeFile } from "../../../src/store/sqlite/store-file.ts";

const folder = mkdtempSync(join(tmpdir(), "store-file-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("a folder holds a store as soon as the file is there", () => {
  expect(isStoreIn(folder)).toBe(false);
  expect(isStoreIn(join(folder, "none"))).toBe(false);
  writeFileSync(storeFile(folder), "");
  expect(isStoreIn(folder)).toBe(true);
});

it("a store that this user may not read is told with what to do", () => {
  chmodSync(folder, 0o755);
  chmodSync(storeFile(folder), 0);
  asOrdinaryUser(() =>
    expect(() => isStoreIn(folder)).toThrow(
      `the store ${storeFile(folder)} cannot be read (EACCES): run this as the worker's user, or as root; see DATA_DIR`,
    ),
  );
});

/** Root may read every file, so it takes the rights of the user that Linux calls `nobody` for a moment. */
function asOrdinaryUser(work: () => void): void {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
