/** Formats a stored time for people, in UTC, to the second. @param iso - the time in ISO 8601. */
export function utcTime(iso: string): string {
  return iso.replace("T", " ").replace(/(?:\.\d+)?Z$/, " UTC");
}
