import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { PRIVATE_FOLDER } from "./private-files.ts";

/**
 * Creates a folder, and the missing folders above it, for their owner alone. Existing folders stay unchanged.
 *
 * mkdir's option `recursive` is not used, because it never returns below /proc. There the system reports that a new folder
 * "does not exist", although its parent does.
 *
 * @throws the system's error.
 */
export function makeFolder(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return;
  const above = dirname(path);
  if (above !== path) makeFolder(above);
  try {
    mkdirSync(path, { mode: PRIVATE_FOLDER });
  } catch (error) {
    // Another process may have created the folder first.
    if (!(existsSync(path) && statSync(path).isDirectory())) throw error;
  }
}
