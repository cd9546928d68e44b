import { statSync } from "node:fs";
import { join } from "node:path";
import { errorCode } from "../../domain/error-code.ts";
import { Misuse } from "../../domain/faults.ts";

/** Returns the path of the embedded store in a folder. */
export function storeFile(dataDir: string): string {
  return join(dataDir, "pulse-ingest.db");
}

/**
 * Returns whether a folder holds an embedded store.
 *
 * @throws Misuse if that cannot be found out, for example because this user may not look into the folder.
 */
export function isStoreIn(dataDir: string): boolean {
  try {
    statSync(storeFile(dataDir));
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    const fix = code === "EACCES" ? ": run this as the worker's user, or as root" : "";
    throw new Misuse([`the folder ${dataDir} cannot be read (${code})${fix}; see DATA_DIR`]);
  }
}
