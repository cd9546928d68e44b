/** Returns a time as people read it, in UTC and to the second. @param iso - ISO 8601 as stored. */
export function utcTime(iso: string): string {
  return iso.replace("T", " ").replace(/(?:\.\d+)?Z$/, " UTC");
}
