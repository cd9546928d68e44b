const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * Parses a time or an age: `2026-01-05T10:00:00Z`, `2026-01-05`, `30m`, `12h`, `7d`. A time without a zone is UTC.
 *
 * @returns the time in ISO 8601, UTC; null if the text is neither.
 */
export function timeOrAge(text: string, nowMs: number): string | null {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const isUnit = unit === "m" || unit === "h" || unit === "d";
  const ms = isUnit ? nowMs - Number(count) * unitMs[unit] : timeMs(text);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

function timeMs(text: string): number {
  const [, day = "", time = "00:00", zone = "Z"] = iso.exec(text) ?? [];
  // Date.parse reads 31 February as 3 March, and a time without a zone as local time.
  return new Date(day).toJSON()?.startsWith(day) === true ? Date.parse(`${day}T${time}${zone}`) : Number.NaN;
}
