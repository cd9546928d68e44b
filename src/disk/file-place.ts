import { type Stats, statSync } from "node:fs";

/** Whether an open file is still at its path (`kept`), was deleted or moved (`gone`), or has another file in its place (`replaced`). */
export type FilePlace = "kept" | "gone" | "replaced";

/**
 * Returns a function that checks whether the file that is now at a path is still there. SQLite does not notice that a file was deleted
 * or moved: it keeps writing to that file, and reports writes as durable that no process finds after the next start.
 */
export function watchPlace(path: string): () => FilePlace {
  const opened = fileAt(path);

  return () => {
    const found = fileAt(path);
    // If the system cannot look at the path, nothing is known about the open file.
    if (opened === "unknown" || found === "unknown") return "kept";
    if (found === null) return "gone";
    return found.ino === opened?.ino && found.dev === opened.dev ? "kept" : "replaced";
  };
}

/** Returns the file at a path, null if there is none, or `unknown` if the system cannot look at the path. */
function fileAt(path: string): Stats | null | "unknown" {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    // A part of the path is not a folder, so the file does not exist.
    const hasCode = typeof error === "object" && error !== null && "code" in error;
    return hasCode && error.code === "ENOTDIR" ? null : "unknown";
  }
}
