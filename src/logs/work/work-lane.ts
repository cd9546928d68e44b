import type { WorkItem } from "../../store/ports/work-store.ts";
import { type Backoff, fullJitterMs } from "../../timing/backoff.ts";
import { pause } from "../../timing/pause.ts";
import { Wake } from "../../timing/wake.ts";

export interface WorkLaneOptions {
  /** The most items in progress at a time. */
  readonly slots: number;
  /** Items are claimed while at most this many are in progress. With a low number there are few claims, of many items each. */
  readonly refillAt: number;
  /**
   * How long to wait after a nudge, in milliseconds, so that the next claim also finds the items that are about to be added. There is no
   * wait while all slots are taken, because then more items are due anyway.
   */
  readonly gatherMs: number;
  /** Claims up to `limit` items that are due now. */
  claim(limit: number): Promise<readonly WorkItem[]>;
  /** Does the work of one item, and stores how it ended. Must not throw. */
  handle(item: WorkItem): Promise<void>;
  /** Called when a claim fails. The claim is repeated. */
  onClaimError(error: unknown): void;
  /** The waits after claims that found nothing or failed. They have jitter and grow up to the cap. */
  readonly idle: Backoff;
}

export interface WorkLane {
  /** Looks for work immediately. */
  nudge(): void;
  /** Stops claiming, and resolves when all items in progress have ended. */
  stop(): Promise<void>;
}

/** Claims work items whenever few enough are in progress, and works on them concurrently. */
export function startWorkLane(options: WorkLaneOptions): WorkLane {
  const { slots, refillAt, gatherMs, idle } = options;
  const inWork = new Set<Promise<void>>();
  const stopping = new AbortController();
  const wake = new Wake();
  const nudge = (): void => wake.all();

  function start(item: WorkItem): void {
    const work = options.handle(item).finally(() => {
      inWork.delete(work);
      nudge();
    });
    inWork.add(work);
  }

  async function claim(): Promise<readonly WorkItem[]> {
    if (inWork.size > refillAt) return [];
    try {
      return await options.claim(slots - inWork.size);
    } catch (error) {
      options.onClaimError(error);
      return [];
    }
  }

  async function run(): Promise<void> {
    for (let emptyClaims = 0; !stopping.signal.aborted; ) {
      // The signal is read before the claim, so that a nudge during the claim ends the wait after it.
      const { signal } = wake;
      const items = await claim();
      items.forEach(start);
      emptyClaims = items.length > 0 ? 0 : emptyClaims + 1;
      // A claim may return fewer items than are due, so the next claim follows immediately.
      if (items.length > 0 && inWork.size <= refillAt) continue;
      const isFull = inWork.size >= slots;
      const delayMs = idle.baseMs / 2 + fullJitterMs(emptyClaims, idle);
      await pause(delayMs, signal);
      if (signal.aborted) emptyClaims = 0;
      if (gatherMs > 0 && !isFull) await pause(gatherMs, stopping.signal);
    }
  }

  const running = run();
  return {
    nudge,
    async stop() {
      stopping.abort();
      nudge();
      await running;
      await Promise.all(inWork);
    },
  };
}
