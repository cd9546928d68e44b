import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { PRIVATE_FOLDER } from "./private-files.ts";

/**
 * Creates a folder and its missing parents, with permissions for the owner alone. Existing folders stay unchanged.
 *
 * The option `recursive` of mkdir is not used, because the call never returns for a path below /proc. There the system reports that
 * a new folder "does not exist", although its parent does.
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
