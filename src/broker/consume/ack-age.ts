import type { Log } from "../../log.ts";
import type { SourceState } from "../message-source.ts";

export interface AckAgeOptions {
  readonly source: { state(): Pick<SourceState, "queue" | "unsettled" | "oldestMs"> };
  /** After which the broker closes the channel. */
  readonly timeoutMs: number;
  /** What holds the work, as far as it is known. */
  readonly trouble: () => string | null;
  readonly log: Log;
}

/** The share of the timeout at which a delivery has been held for too long. */
export const TOO_LONG = 0.5;
/** ... and at which that is over: far below, so that a store that is merely slow makes no flood of events. */
const OVER = 0.25;
const LOOK_MS = 1000;

/**
 * Tells in the log when the oldest delivery has waited for its acknowledgement for half of the broker's patience
 * (`ack_age_warning`), and when that is over (`ack_age_ok`): once for each crossing.
 */
export function watchAckAge({ source, timeoutMs, trouble, log }: AckAgeOptions): { stop(): void } {
  let isTold = false;

  function look(): void {
    const { oldestMs, unsettled, queue } = source.state();
    const about = {
      queue,
      deliveries: unsettled,
      oldest_seconds: Math.round(oldestMs / 1000),
      timeout_seconds: timeoutMs / 1000,
    };
    if (!isTold && oldestMs >= TOO_LONG * timeoutMs) {
      isTold = true;
      const hint =
        "after the timeout the broker closes the channel and delivers all of them again, here or to another worker: nothing is lost, but none gets on. See what holds the work, most often the store; if that lasts, let them go to a spool (SPOOL, with room by SPOOL_MAX_BYTES)";
      log.warn("ack_age_warning", { ...about, trouble: trouble(), hint });
    } else if (isTold && oldestMs <= OVER * timeoutMs) {
      isTold = false;
      log.info("ack_age_ok", about);
    }
  }

  const timer = setInterval(look, LOOK_MS);
  return { stop: () => clearInterval(timer) };
}
