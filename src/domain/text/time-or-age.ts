const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Reads a time, or how long ago it was: `2026-01-05T10:00:00Z`, `2026-01-05` (UTC), `30m`, `12h`, `7d`.
 *
 * @returns the time in ISO 8601, UTC; null if the text is neither.
 */
export function timeOrAge(text: string, nowMs: number): string | null {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const isUnit = unit === "m" || unit === "h" || unit === "d";
  // The pattern is needed because `Date.parse` reads "12" as December 2001.
  const date = /^\d{4}-\d\d-\d\d([T ]|$)/.test(text) ? Date.parse(text) : Number.NaN;
  const ms = isUnit ? nowMs - Number(count) * unitMs[unit] : date;
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
