import { setMaxListeners } from "node:events";
import { Unavailable } from "../../domain/faults.ts";
import { duration } from "../../domain/text/duration.ts";
import { holdWhileAway } from "../../ingest/progress/hold-while-away.ts";
import type { PatientStore } from "../../ingest/progress/patient-store.ts";
import { isWrittenAgain } from "../../timing/throttle.ts";
import { tell } from "../output/print.ts";

/** How long a command waits for a store that becomes unavailable while it works, unless it says otherwise. */
const PATIENCE_MS = 30_000;

/**
 * Returns the store with calls that wait for it while it is away. Messages and the final error name the store, because a command
 * may use two.
 *
 * @param stop - aborted to end the waiting.
 * @param patienceMs - how long to wait for an answer.
 */
export function waitForStore<Store extends { readonly name: string }>(
  store: Store,
  stop: AbortSignal = new AbortController().signal,
  patienceMs = PATIENCE_MS,
): PatientStore<Store> {
  // Each call in progress listens to it, and Node.js would warn of more than ten listeners.
  setMaxListeners(0, stop);
  const until = `trying again for ${duration(patienceMs / 1000)}`;
  return {
    ask: (call) =>
      holdWhileAway(() => call(store), {
        stop,
        giveUpAfterMs: patienceMs,
        onAway({ detail }, attempt) {
          // An embedded store is asked several times a second.
          if (isWrittenAgain(attempt)) tell(`${store.name} is away: ${detail}; ${until}`);
        },
        onBack: () => tell(`${store.name} is back`),
      }).catch((error: unknown) => {
        if (!(error instanceof Unavailable)) throw error;
        throw new Unavailable(error.what, `${store.name}: ${error.detail}`, error, error.askAgainMs);
      }),
  };
}
