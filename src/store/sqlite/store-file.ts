import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import { errorCode } from "../../domain/error-code.ts";
import { Misuse } from "../../domain/faults.ts";

/** Returns the path of the embedded store in a folder. */
export function storeFile(dataDir: string): string {
  return join(dataDir, "pulse-ingest.db");
}

/**
 * Returns whether a folder contains an embedded store.
 *
 * @throws Misuse if this cannot be determined, e.g. because this user has no access to the folder, or if this user must not read
 *   the store. Only the worker's user may read it, even if other users can list the folder.
 */
export function isStoreIn(dataDir: string): boolean {
  const file = storeFile(dataDir);
  try {
    statSync(file);
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw unreadable(`the folder ${dataDir}`, code);
  }
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    throw unreadable(`the store ${file}`, errorCode(error));
  }
  return true;
}

function unreadable(what: string, code: string): Misuse {
  const fix = code === "EACCES" ? ": run this as the worker's user, or as root" : "";
  return new Misuse([`${what} cannot be read (${code})${fix}; see DATA_DIR`]);
}
