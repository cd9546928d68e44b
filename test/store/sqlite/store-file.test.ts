import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "@jest/globals";
import { isStoreIn, storeFile } from "../../../src/store/sqlite/store-file.ts";

const folder = mkdtempSync(join(tmpdir(), "store-file-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("a folder contains a store as soon as the file exists", () => {
  expect(isStoreIn(folder)).toBe(false);
  expect(isStoreIn(join(folder, "none"))).toBe(false);
  writeFileSync(storeFile(folder), "");
  expect(isStoreIn(folder)).toBe(true);
});

it("a store that this user may not read is reported with what to do", () => {
  chmodSync(folder, 0o755);
  chmodSync(storeFile(folder), 0);
  expect(errorOfOrdinaryUser()).toBe(
    "the store pulse-ingest.db cannot be read (EACCES): run this as the worker's user, or as root; see DATA_DIR",
  );
});

/**
 * Looks for the store in the folder, and returns the message of the error. Root may read every file, so a process of root switches to
 * the user that Linux calls `nobody` after it has loaded its modules.
 */
function errorOfOrdinaryUser(): string {
  const script = `
    import { isStoreIn } from ${JSON.stringify(import.meta.resolve("../../../src/store/sqlite/store-file.ts"))};
    process.chdir(${JSON.stringify(folder)});
    if (process.getuid() === 0) process.setuid(65534);
    try { isStoreIn(".") } catch (error) { process.stdout.write(error.message) }`;
  const tsx = ["--import", import.meta.resolve("tsx")];
  return execFileSync(process.execPath, [...tsx, "--input-type=module", "-e", script], { encoding: "utf8" });
}
