interface Instant {
  /** Since the Unix epoch. */
  readonly seconds: number;
  readonly microseconds: number;
}

const format = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;

function readInstant(text: string): Instant | null {
  const parts = format.exec(text);
  if (parts === null) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(0);
  // Date.UTC would read the years 0 to 99 as 1900 to 1999.
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  // Date carries a month 13 or a 30 February over into the next year or month, so the parts then differ.
  const exists =
    year > 0 &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  if (!exists) return null;
  return { seconds: date.getTime() / 1000, microseconds: Number((parts[7] ?? "").padEnd(6, "0")) };
}

/**
 * Returns the seconds between two times `YYYY-MM-DD HH:MM:SS`, which may have a fraction of one to six digits. The result
 * is rounded, with halves away from zero, and is negative if the finish is before the start.
 *
 * @returns null if either time is missing or cannot be read.
 */
export function stepDuration(started: string | null, finished: string | null): number | null {
  const from = started === null ? null : readInstant(started);
  const to = finished === null ? null : readInstant(finished);
  if (from === null || to === null) return null;
  // Whole microseconds keep halves exact. Seconds are kept apart, because together they would exceed 2^53.
  let seconds = to.seconds - from.seconds;
  let microseconds = to.microseconds - from.microseconds;
  if (microseconds < 0) {
    seconds -= 1;
    microseconds += 1_000_000;
  }
  const roundsUp = microseconds > 500_000 || (microseconds === 500_000 && seconds >= 0);
  return roundsUp ? seconds + 1 : seconds;
}
