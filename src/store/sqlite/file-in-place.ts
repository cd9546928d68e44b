import { statSync } from "node:fs";
import { Unavailable } from "../../domain/faults.ts";

/** Which file a path leads to. */
interface Identity {
  readonly dev: number;
  readonly ino: number;
}

/**
 * Returns a check that the store's open file is still the one under its path. SQLite itself goes on with a file that was deleted or moved
 * away, and would report writes as durable that nobody finds after the next start.
 *
 * @param onReplaced - called when another file has taken its place, so that only opening the store again helps.
 * @returns a function that throws `Unavailable` if the file was deleted, moved or replaced.
 */
export function createPlaceCheck(path: string, onReplaced: () => void): () => void {
  const opened = fileAt(path);

  return () => {
    const found = fileAt(path);
    // A path that cannot be looked at says nothing about the open file.
    if (opened === "unknown" || found === "unknown") return;
    if (found === null) {
      const fix = "put it back, or restart this process, which creates an empty one";
      throw new Unavailable("store", `${path} was deleted or moved while it was in use: ${fix}`);
    }
    if (found.ino === opened?.ino && found.dev === opened.dev) return;
    onReplaced();
    throw new Unavailable("store", `another file has taken the place of ${path}`);
  };
}

/** Returns null if there is none. */
function fileAt(path: string): Identity | null | "unknown" {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return "unknown";
  }
}
