import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { PRIVATE_FOLDER } from "./private-files.ts";

/**
 * Makes a folder where there is none, and those above it, each for its owner alone. One that is there stays as it is.
 *
 * Not by `recursive`: that never returns where the system says of a new folder that it "does not exist" although the one
 * above does, as it does below /proc.
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
    // Another process was quicker.
    if (!(existsSync(path) && statSync(path).isDirectory())) throw error;
  }
}
