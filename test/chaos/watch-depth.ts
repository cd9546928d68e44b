import { setTimeout as wait } from "node:timers/promises";
import type { World } from "./world.ts";

const EVERY_MS = 200;

/** Returns the highest number of messages that were ready in the queue, checked five times a second until the end. */
export interface DepthWatch {
  readonly peak: () => number;
  end(): Promise<void>;
}

export function watchDepth({ onBroker, queue }: World): DepthWatch {
  const stop = new AbortController();
  let peak = 0;
  const loop = (async () => {
    while (!stop.signal.aborted) {
      await onBroker(async (channel) => {
        while (!stop.signal.aborted) {
          peak = Math.max(peak, (await channel.checkQueue(queue)).messageCount);
          await wait(EVERY_MS, undefined, { signal: stop.signal });
        }
      }).catch(() => undefined);
    }
  })();
  return {
    peak: () => peak,
    async end() {
      stop.abort();
      await loop;
    },
  };
}
