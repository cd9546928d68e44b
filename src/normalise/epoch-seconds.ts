const isoTime =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,12})?)?)\s?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;
const rfc1123 =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d (?:GMT|UTC|[+-]\d{4})$/;

/**
 * Whole seconds since the Unix epoch, fractions cut off; `null` for text that is not a time. Understands ISO 8601
 * and RFC 3339 (date, or date and time, offset or none) and RFC 1123.
 */
export function epochSeconds(text: string): number | null {
  if (rfc1123.test(text)) return seconds(Date.parse(text));
  // Matched first, because Date.parse by itself also takes "foo 1", as January 2001.
  const [whole, day, time = "00:00:00", offset = "Z"] = isoTime.exec(text) ?? [];
  if (whole === undefined || day === undefined) return null;
  // 24:00 is midnight to Date.parse, and 30 February a day in March: neither is a time that somebody meant.
  if (time.startsWith("24") || !isDay(day)) return null;
  const colon = offset.length === 3 ? `${offset}:00` : offset.replace(/(\d\d)(\d\d)$/, "$1:$2");
  // No offset means UTC. Date.parse would take this machine's zone, and two workers would disagree.
  return seconds(Date.parse(`${day}T${time.replace(",", ".")}${colon.toUpperCase()}`));
}

function isDay(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}

function seconds(milliseconds: number): number | null {
  // Towards zero: a fraction is cut off, before 1970 too.
  return Number.isNaN(milliseconds) ? null : Math.trunc(milliseconds / 1000);
}
