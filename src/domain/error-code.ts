/**
 * Returns the code of an error, such as `ENOENT` from Node.js or `404` from a broker, as text; `""` if it has none.
 */
export function errorCode(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  const { code } = error;
  return typeof code === "string" || typeof code === "number" ? String(code) : "";
}

/** Explanations of error codes for files. If a file to mount does not exist, Docker creates a folder in its place. */
const meanings: Readonly<Record<string, string>> = {
  EISDIR: ": it is a folder, not a file",
  EACCES: ": this user may not read it",
};

/** Returns why a file cannot be read, to follow its name: the code of the error and, for some codes, what it means. */
export function whyUnreadable(error: unknown): string {
  const code = errorCode(error);
  return `cannot be read (${code || String(error)})${meanings[code] ?? ""}`;
}
