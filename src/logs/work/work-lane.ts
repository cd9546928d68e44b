import type { WorkItem } from "../../store/ports/work-store.ts";
import { type Backoff, fullJitterMs } from "../../timing/backoff.ts";
import { pause } from "../../timing/pause.ts";
import { Wake } from "../../timing/wake.ts";

export interface WorkLaneOptions {
  /** The most items in progress at a time. */
  readonly slots: number;
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
  /** Looks for work at once. */
  nudge(): void;
  /** Stops claiming, and resolves when all items in progress have ended. */
  stop(): Promise<void>;
}

/** Claims work items while there is a free slot, and works on them concurrently. */
export function startWorkLane(options: WorkLaneOptions): WorkLane {
  const { slots, idle } = options;
  const inWork = new Set<Promise<void>>();
  let stopped = false;
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
      // The signal is read before the claim, so that a nudge during the claim ends the wait after it.
      const { signal } = wake;
      const items = await claim();
      items.forEach(start);
      emptyHanded = items.length > 0 ? 0 : emptyHanded + 1;
      // A claim may return fewer items than are due, so the next one follows at once while there is a free slot.
      if (items.length > 0 && inWork.size < slots) continue;
      const delayMs = idle.baseMs / 2 + fullJitterMs(emptyHanded, idle);
      await pause(delayMs, signal);
      if (signal.aborted) emptyHanded = 0;
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
