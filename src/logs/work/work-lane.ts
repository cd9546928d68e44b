import { setTimeout as wait } from "node:timers/promises";
import type { WorkItem } from "../../store/ports/work-store.ts";
import { type Backoff, fullJitterMs } from "../../timing/backoff.ts";

export interface WorkLaneOptions {
  /** Most items in work at a time. */
  readonly slots: number;
  /** What there is to do now, leased to us: at most so many. */
  claim(limit: number): Promise<readonly WorkItem[]>;
  /** Does one item, and ends it in the store. Never throws. */
  handle(item: WorkItem): Promise<void>;
  /** A claim that failed; it is tried again. */
  onClaimError(error: unknown): void;
  /** Waits between claims that found nothing, or failed: jittered, growing up to the cap. */
  readonly idle: Backoff;
}

export interface WorkLane {
  /** There may be new work: looks at once. */
  nudge(): void;
  /** Claims no more; resolves when what is in work has ended. */
  stop(): Promise<void>;
}

/** Claims items of work while there is a free slot, and does them side by side. */
export function startWorkLane(options: WorkLaneOptions): WorkLane {
  const { slots, idle } = options;
  const inWork = new Set<Promise<void>>();
  let stopped = false;
  let wake = new AbortController();
  const nudge = (): void => wake.abort();

  function start(item: WorkItem): void {
    const work = options.handle(item).finally(() => {
      inWork.delete(work);
      nudge();
    });
    inWork.add(work);
  }

  async function claim(): Promise<readonly WorkItem[]> {
    if (inWork.size >= slots) return [];
    try {
      return await options.claim(slots - inWork.size);
    } catch (error) {
      options.onClaimError(error);
      return [];
    }
  }

  async function run(): Promise<void> {
    for (let emptyHanded = 0; !stopped; ) {
      // Taken before the claim: what is stored while the claim is on its way wakes the wait after it.
      const { signal } = wake;
      const items = await claim();
      items.forEach(start);
      emptyHanded = items.length > 0 ? 0 : emptyHanded + 1;
      // A claim may bring less than there is, so the next one follows at once, unless there is no room for it.
      if (items.length > 0 && inWork.size < slots) continue;
      const delayMs = idle.baseMs / 2 + fullJitterMs(emptyHanded, idle);
      await wait(delayMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) {
        wake = new AbortController();
        emptyHanded = 0;
      }
    }
  }

  const running = run();
  return {
    nudge,
    async stop() {
      stopped = true;
      nudge();
      await running;
      await Promise.all(inWork);
    },
  };
}
