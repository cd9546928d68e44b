/**
 * Returns the code of an error, such as `ENOENT` of Node.js or `404` of a broker; `""` where there is none. A number is
 * given as text.
 */
export function errorCode(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  const { code } = error;
  return typeof code === "string" || typeof code === "number" ? String(code) : "";
}
