/** The form that nearly all publishers write, limited to days that every month has. Date.parse reads it without further checks. */
const plainTime =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/;
const isoTime =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)(?: ?(Z|[+-]\d\d(?::?\d\d)?))?)?$/i;
const rfc1123 =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) (\d\d:\d\d(?::\d\d)?) (GMT|UTC|UT|[+-]\d{4})$/i;
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/**
 * Parses a time in ISO 8601 or RFC 3339 (a date, or a date and a time, with or without an offset) or RFC 1123. Returns whole seconds
 * since the Unix epoch, with fractions cut off, or `null` if the text is not a time.
 */
export function epochSeconds(text: string): number | null {
  if (plainTime.test(text)) return wholeSeconds(Date.parse(text));
  const [, dayOfMonth = "", month = "", year = "", timeOfDay = "", zone = ""] = rfc1123.exec(text) ?? [];
  if (year !== "") {
    const monthNumber = String(months.indexOf(month.toLowerCase()) + 1).padStart(2, "0");
    return secondsOf(`${year}-${monthNumber}-${dayOfMonth.padStart(2, "0")}`, timeOfDay, zone);
  }
  // The text is matched first, because Date.parse alone would read "foo 1" as January 2001.
  const [, day, time = "00:00:00", offset = "Z"] = isoTime.exec(text) ?? [];
  return day === undefined ? null : secondsOf(day, time.replace(",", "."), offset);
}

/** Returns a time in seconds. @param offset - `+hh`, `+hhmm` or `+hh:mm`; any other text, such as `Z` or `GMT`, means UTC. */
function secondsOf(day: string, time: string, offset: string): number | null {
  // Date.parse accepts 24:00 as midnight and 30 February as a day in March. Both are mistakes.
  if (time.startsWith("24") || !isDay(day)) return null;
  // No offset means UTC. Date.parse would use this machine's time zone, and two workers would disagree.
  const zone = /^[+-]/.test(offset)
    ? offset.replace(/^(...):?(\d\d)?$/, (_, hours, minutes = "00") => `${hours}:${minutes}`)
    : "Z";
  return wholeSeconds(Date.parse(`${day}T${time}${zone}`));
}

function wholeSeconds(milliseconds: number): number | null {
  // Fractions are truncated towards zero, also before 1970. Adding zero turns -0 into 0.
  return Number.isNaN(milliseconds) ? null : Math.trunc(milliseconds / 1000) + 0;
}

function isDay(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}
