import type { Log } from "../../log.ts";
import type { SourceState } from "../message-source.ts";

export interface AckAgeOptions {
  readonly source: { state(): Pick<SourceState, "queue" | "unsettled" | "oldestMs"> };
  /** How long a delivery may be unacknowledged before the broker closes the channel. */
  readonly timeoutMs: number;
  /** Returns what is delaying the work, or null if that is not known. */
  readonly trouble: () => string | null;
  readonly log: Log;
}

/** A delivery that has been held for this fraction of the timeout causes the warning. */
export const TOO_LONG = 0.5;
/** The warning is over below this fraction. It is much lower, so that a slow store does not cause a flood of events. */
const OVER = 0.25;
const LOOK_MS = 1000;

/**
 * Logs `ack_age_warning` when the oldest delivery has been unacknowledged for half of the broker's timeout, and
 * `ack_age_ok` when that is over. Each is logged once per crossing.
 */
export function watchAckAge({ source, timeoutMs, trouble, log }: AckAgeOptions): { stop(): void } {
  let isReported = false;

  function look(): void {
    const { oldestMs, unsettled, queue } = source.state();
    const about = {
      queue,
      deliveries: unsettled,
      oldest_seconds: Math.round(oldestMs / 1000),
      timeout_seconds: timeoutMs / 1000,
    };
    if (!isReported && oldestMs >= TOO_LONG * timeoutMs) {
      isReported = true;
      const hint =
        "after the timeout the broker closes the channel and delivers all of these messages again, here or to another worker: nothing is lost, but no work gets done. Find out what is delaying the work; most often it is the store. If the delay lasts, use a spool (SPOOL) that is large enough (SPOOL_MAX_BYTES)";
      log.warn("ack_age_warning", { ...about, trouble: trouble(), hint });
    } else if (isReported && oldestMs <= OVER * timeoutMs) {
      isReported = false;
      log.info("ack_age_ok", about);
    }
  }

  const timer = setInterval(look, LOOK_MS);
  return { stop: () => clearInterval(timer) };
}
