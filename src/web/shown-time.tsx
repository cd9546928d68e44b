/** The time zone of shown times. `local` is the zone of the browser. The server does not know it, so it writes UTC, and says so. */
export type Zone = "UTC" | "local";

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Returns a time as `Fri Jul 1, 10:00:00`; null if it is outside the range of `Date`. */
export function timeText(ms: number, zone: Zone): string | null {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return null;
  const [day, month, ofMonth, ...clock] =
    zone === "UTC"
      ? [date.getUTCDay(), date.getUTCMonth(), date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes()]
      : [date.getDay(), date.getMonth(), date.getDate(), date.getHours(), date.getMinutes()];
  const time = [...clock, date.getUTCSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
  return `${days[day]} ${months[month]} ${ofMonth}, ${time}${zone === "UTC" ? " UTC" : ""}`;
}

export interface ShownTimeProps {
  /** ISO 8601, or seconds since the Unix epoch. */
  readonly at: string | number;
  readonly zone: Zone;
}

/** A time as people read it. The date with its year, in UTC, is shown on hover. */
export function ShownTime({ at, zone }: ShownTimeProps) {
  const ms = typeof at === "number" ? at * 1000 : Date.parse(at);
  const text = timeText(ms, zone);
  if (text === null) return <span>{typeof at === "number" ? `${at} s` : at}</span>;
  const iso = new Date(ms).toISOString();
  return (
    <time datetime={iso} title={iso.replace("T", " ").replace(/\.\d+Z$/, " UTC")}>
      {text}
    </time>
  );
}
