/** The last second of the year 9999. JavaScript cannot represent dates that are much later. */
const LAST_SECOND = 253_402_300_799;

/**
 * Returns a posted time in whole seconds since the Unix epoch: a number without its fraction, or the value of a text of digits.
 * Returns 0 for an absent or empty value, and null for anything else, such as `"12.5"`, a list or a negative number.
 */
export function postedSeconds(value: unknown): number | null {
  if (value === undefined || value === null || value === "") return 0;
  if (typeof value !== "number" && (typeof value !== "string" || !/^\d{1,15}$/.test(value))) return null;
  const seconds = Math.trunc(Number(value));
  return seconds >= 0 && seconds <= LAST_SECOND ? seconds : null;
}
