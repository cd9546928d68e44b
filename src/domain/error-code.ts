/**
 * Returns the code of an error, such as `ENOENT` from Node.js or `404` from a broker, as text; `""` if it has none.
 */
export function errorCode(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  const { code } = error;
  return typeof code === "string" || typeof code === "number" ? String(code) : "";
}
