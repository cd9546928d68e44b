/** A time of a step: text from the log, or seconds since the Unix epoch. */
export type StepTime = string | number | null;

/** Returns how long a step took, such as `1h 2m 3s`. @param seconds - null if it is not known. */
export function durationText(seconds: number | null): string {
  if (seconds === null) return "Duration unknown";
  const whole = Math.round(Math.abs(seconds));
  const parts = [
    [Math.floor(whole / 3600), "h"],
    [Math.floor(whole / 60) % 60, "m"],
    [whole % 60, "s"],
  ] as const;
  const shown = parts.filter(([value], index) => value > 0 || (index === 2 && whole < 60));
  const sign = seconds < 0 && whole > 0 ? "-" : "";
  return sign + shown.map(([value, unit]) => `${value}${unit}`).join(" ");
}

/**
 * Returns the time of day of a step, as `HH:MM:SS`; `?` if it is not known. For a text from the log, these are the eight characters
 * after its first space, in the time zone of the log. A number is shown in UTC.
 */
export function clockText(time: StepTime): string {
  if (time === null) return "?";
  if (typeof time === "string") return / (.{1,8})/su.exec(time)?.[1] ?? "?";
  const date = new Date(time * 1000);
  return Number.isNaN(date.getTime()) ? "?" : date.toISOString().slice(11, 19);
}

/** Returns when a step ran, such as `10:00:01-10:44:32`. */
export function timesText(started: StepTime, finished: StepTime): string {
  return `${clockText(started)}-${clockText(finished)}`;
}
