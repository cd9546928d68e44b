import { hostname } from "node:os";
import type { Log } from "../log.ts";
import type { ExpiredKind, RetentionCounters } from "../metrics/retention-counters.ts";
import { pause } from "../timing/pause.ts";
import { isWrittenAgain } from "../timing/throttle.ts";
import { type ExpiryEnd, type ExpiryRun, runExpiry } from "./run-expiry.ts";

export interface RetentionOptions
  extends Pick<ExpiryRun, "store" | "retainDays" | "archiveDays" | "forgetTexts"> {
  /** The time from the end of one run to the start of the next one, by any worker, in milliseconds. */
  readonly everyMs: number;
  /** Deletes cached texts of logs that are too old from this machine. */
  readonly evictTexts: () => Promise<void>;
  readonly counters: RetentionCounters;
  readonly log: Log;
}

/** The state of retention, as shown to people. */
export interface RetentionState {
  readonly isWorking: boolean;
  /** The other worker that had the lease when this one last wanted to begin; null if there was none. */
  readonly heldBy: string | null;
  /** Why the last run failed; null if it did not. */
  readonly trouble: string | null;
}

export interface Retention {
  state(): RetentionState;
  /** Stops after the step in progress. Call this before the store is closed. */
  stop(): Promise<void>;
}

/** The share of time that the steps may take. It is small, because each step also makes the disk write. */
const SHARE = 0.01;
/** The name of the lease that the last worker to have a turn keeps. It runs out when the next turn is due. */
const TURN = "retention turn";

/** Returns the name of this process as the owner of a lease. */
export function leaseOwner(what: string): string {
  return `${what} on ${hostname()}, process ${process.pid}`;
}

/** Removes expired data in the background, at regular intervals. Only one of several workers does so at a time. */
export function startRetention(options: RetentionOptions): Retention {
  const { store, counters, log, everyMs } = options;
  const owner = leaseOwner("worker");
  const stopping = new AbortController();
  const { signal: stop } = stopping;
  let state: RetentionState = { isWorking: false, heldBy: null, trouble: null };

  async function turn(): Promise<void> {
    await options.evictTexts();
    if ((await store.takeLease(TURN, owner, everyMs)) !== null) return;
    const gone = new Map<ExpiredKind, number>();
    state = { ...state, isWorking: true };
    const end = await runExpiry({
      ...options,
      ...{ project: null, owner, share: SHARE, stop, now: Date.now },
      onStep(step) {
        for (const [kind, count] of Object.entries(step.gone) as [ExpiredKind, number][]) {
          counters.expired.inc({ kind }, count);
          gone.set(kind, (gone.get(kind) ?? 0) + count);
        }
        if (step.lagMs !== null) counters.expiryLag.set(step.lagMs / 1000);
      },
    });
    state = { isWorking: false, heldBy: end.kind === "held" ? end.owner : null, trouble: null };
    if (end.kind === "complete") {
      counters.expiryLag.set(0);
      counters.expiryEnded.set(Date.now() / 1000);
      // Without this, another worker would begin immediately after a long run.
      await store.takeLease(TURN, owner, everyMs);
    }
    logEnd(end, gone);
  }

  function logEnd(end: ExpiryEnd, gone: ReadonlyMap<ExpiredKind, number>): void {
    const counts = Object.fromEntries([...gone].filter(([, count]) => count > 0));
    if (end.kind !== "held" && Object.keys(counts).length > 0)
      log.info("expired", { ...counts, end: end.kind });
  }

  async function run(): Promise<void> {
    // The time is random, so that workers that start together do not ask for the lease together.
    await pause(Math.random() * Math.min(everyMs, 10_000), stop);
    for (let failures = 0; !stop.aborted; ) {
      try {
        await turn();
        failures = 0;
      } catch (error) {
        const trouble = error instanceof Error ? error.message : String(error);
        state = { isWorking: false, heldBy: null, trouble };
        if (isWrittenAgain(++failures) && !stop.aborted) log.warn("retention_failed", { error });
      }
      await pause(everyMs, stop);
    }
  }

  const running = run();
  return {
    state: () => state,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
