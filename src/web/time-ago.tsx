import { duration } from "../domain/text/duration.ts";
import { utcTime } from "../domain/text/utc-time.ts";

export interface TimeAgoProps {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The time of the answer that the page shows, in the same form. */
  readonly now: string;
}

/** The age of an event. The exact time is shown on hover. */
export function TimeAgo({ at, now }: TimeAgoProps) {
  const seconds = Math.round((Date.parse(now) - Date.parse(at)) / 1000);
  return (
    <time datetime={at} title={utcTime(at)}>
      {seconds < 1 ? "just now" : `${duration(seconds)} ago`}
    </time>
  );
}
