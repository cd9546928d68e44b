/**
 * Returns the code of an error, such as `ENOENT` from Node.js or `404` from a broker, as text; `""` if it has none.
 */
export function errorCode(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  const { code } = error;
  return typeof code === "string" || typeof code === "number" ? String(code) : "";
}

/**
 * Explanations of error codes for files. A folder is often Docker's work: it creates one if the file to mount does not exist.
 */
const meanings: Readonly<Record<string, string>> = {
  ENOENT: ": there is no such file",
  ENOTDIR: ": a part of the path before the last / is not a folder",
  EISDIR: ": it is a folder, not a file",
  EACCES: ": this user may not read it",
};

/** Returns why a file cannot be read, worded to follow its name: the error code and, for some codes, an explanation. */
export function whyUnreadable(error: unknown): string {
  const code = errorCode(error);
  return `cannot be read (${code || String(error)})${meanings[code] ?? ""}`;
}
