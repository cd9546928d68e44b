import { type Stats, statSync } from "node:fs";

/** Whether an open file is still at its path: it is, it was deleted or moved away, or another file is there now. */
export type FilePlace = "kept" | "gone" | "replaced";

/**
 * Returns a function that looks whether a path still leads to the file that is there now. SQLite itself goes on with a file that was
 * deleted or moved, and reports writes as durable that nobody finds after the next start.
 */
export function watchPlace(path: string): () => FilePlace {
  const opened = fileAt(path);

  return () => {
    const found = fileAt(path);
    // A path that cannot be looked at says nothing about the open file.
    if (opened === "unknown" || found === "unknown") return "kept";
    if (found === null) return "gone";
    return found.ino === opened?.ino && found.dev === opened.dev ? "kept" : "replaced";
  };
}

/** Returns the file at a path; null if there is none, `unknown` if that cannot be found out. */
function fileAt(path: string): Stats | null | "unknown" {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    // Something else than a folder is on the way, so the file is not there.
    const hasCode = typeof error === "object" && error !== null && "code" in error;
    return hasCode && error.code === "ENOTDIR" ? null : "unknown";
  }
}
