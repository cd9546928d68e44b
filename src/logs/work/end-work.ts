import { Unavailable } from "../../domain/faults.ts";
import type { Artifact } from "../../domain/submission.ts";
import type { Log } from "../../log.ts";
import type { WorkItem, WorkStore } from "../../store/ports/work-store.ts";
import { askAgain } from "../../timing/backoff.ts";
import { retry } from "../../timing/retry.ts";
import type { ReadingFailure } from "../read/log-reading.ts";
import { type RetryLimits, retryDelayMs } from "./retry-delay.ts";

/**
 * How a work item ended.
 *
 * - `done`: its artifacts were stored.
 * - `retry`: it failed, and is due again later.
 * - `failed`: it failed for good.
 * - `lost`: its lease ran out, and another worker has the item.
 * - `unstored`: the store stayed unavailable, or refused the artifacts.
 * - `released`: it was given back, and the attempt does not count.
 */
export type WorkOutcome = "done" | "retry" | "failed" | "lost" | "unstored" | "released";

export interface WorkEnding {
  readonly store: Pick<WorkStore, "finishWork" | "failWork" | "releaseWork">;
  readonly retry: RetryLimits;
  /** Ends all retries, because a shutdown does not wait for a database. */
  readonly stop: AbortSignal;
  readonly log: Log;
}

/**
 * Stores the artifacts of a work item, which ends it.
 *
 * @param until - the end of the lease, in milliseconds since the Unix epoch. Until then the write is repeated while the store is
 *   unavailable, so that the work is not lost when a database restarts.
 */
export async function finishWork(
  ending: WorkEnding,
  item: WorkItem,
  artifacts: readonly Artifact[],
  until: number,
): Promise<WorkOutcome> {
  try {
    const kept = await whileLeased(() => ending.store.finishWork(item, artifacts), item, until, ending);
    return kept === null ? "unstored" : kept ? "done" : "lost";
  } catch (error) {
    ending.log.error("artifacts_not_stored", { item: item.id, error });
    // The log is not to blame, so its status stays pending while there are attempts left.
    const reason = `internal-error: storing failed: ${error instanceof Error ? error.message : String(error)}`;
    await storeFailure(ending, item, { reason, marksFailed: false, final: false }, until);
    return "unstored";
  }
}

/** Stores why an item failed, and the time of the next attempt if there will be one. */
export async function failWork(
  ending: WorkEnding,
  item: WorkItem,
  { kind, detail, final }: ReadingFailure,
  until: number,
): Promise<WorkOutcome> {
  return storeFailure(ending, item, { reason: `${kind}: ${detail}`, marksFailed: true, final }, until);
}

/** Gives an item back unchanged at a shutdown. If the store is unavailable, the lease of the item runs out instead. */
export async function releaseWork({ store, log }: WorkEnding, item: WorkItem): Promise<WorkOutcome> {
  try {
    await store.releaseWork([item]);
    return "released";
  } catch (error) {
    log.warn("work_not_released", { item: item.id, error });
    return "unstored";
  }
}

/**
 * Gives an item back without counting the attempt, because nothing was learned about it. Until the lease ends, the write is repeated
 * while the store is unavailable.
 *
 * @param dueAt - when the item is due again, in milliseconds since the Unix epoch.
 * @param until - the end of the lease, in milliseconds since the Unix epoch.
 */
export async function postponeWork(
  ending: WorkEnding,
  item: WorkItem,
  dueAt: number,
  until: number,
): Promise<WorkOutcome> {
  const release = async (): Promise<true> => {
    await ending.store.releaseWork([item], new Date(Math.max(dueAt, Date.now())).toISOString());
    return true;
  };
  try {
    return (await whileLeased(release, item, until, ending)) === null ? "unstored" : "released";
  } catch (error) {
    ending.log.warn("work_not_released", { item: item.id, error });
    return "unstored";
  }
}

async function storeFailure(
  ending: WorkEnding,
  item: WorkItem,
  failure: { readonly reason: string; readonly marksFailed: boolean; readonly final: boolean },
  until: number,
): Promise<WorkOutcome> {
  const { store, retry, log } = ending;
  const { reason, marksFailed, final } = failure;
  const delayMs = final ? null : retryDelayMs(item.attempts + 1, retry);
  const next_attempt_at = delayMs === null ? null : new Date(Date.now() + delayMs).toISOString();
  try {
    const kept = await whileLeased(
      // A log that is not tried again is marked as failed, whatever the cause. Otherwise it would be pending for ever.
      () => store.failWork(item, { reason, marksFailed: marksFailed || delayMs === null, next_attempt_at }),
      item,
      until,
      ending,
    );
    if (kept === null) return "unstored";
    return !kept ? "lost" : delayMs === null ? "failed" : "retry";
  } catch (error) {
    log.error("work_failure_not_stored", { item: item.id, reason, error });
    return "unstored";
  }
}

const backoff = { baseMs: 250, capMs: 10_000 };

/** Repeats a write until the lease ends, while the store is unavailable. Returns the store's answer; null if there was none. */
async function whileLeased<T>(
  write: () => Promise<T>,
  item: WorkItem,
  until: number,
  { stop, log }: WorkEnding,
): Promise<T | null> {
  try {
    return await retry(write, {
      backoff,
      stop,
      untilMs: until,
      onFailure(error, failures) {
        if (!(error instanceof Unavailable)) throw error;
        if (failures === 1) log.warn("artifacts_wait_for_store", { item: item.id, error });
        if (stop.aborted) throw error;
        return askAgain(error, backoff);
      },
    });
  } catch (error) {
    if (error instanceof Unavailable) return null;
    throw error;
  }
}
