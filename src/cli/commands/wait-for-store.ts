import { setMaxListeners } from "node:events";
import { Unavailable } from "../../domain/faults.ts";
import { duration } from "../../domain/text/duration.ts";
import { holdWhileAway } from "../../ingest/progress/hold-while-away.ts";
import type { PatientStore } from "../../ingest/progress/patient-store.ts";
import { isWrittenAgain } from "../../timing/throttle.ts";
import { tell } from "../output/print.ts";

/** How long a command waits by default for a store that becomes unavailable while the command runs. */
const PATIENCE_MS = 30_000;

/**
 * Returns the store with calls that wait while the store is away. Messages and the final error name the store, because a command
 * may use two stores.
 *
 * @param stop - ends the waiting when it is aborted.
 * @param patienceMs - how long to wait for an answer.
 */
export function waitForStore<Store extends { readonly name: string }>(
  store: Store,
  stop: AbortSignal = new AbortController().signal,
  patienceMs = PATIENCE_MS,
): PatientStore<Store> {
  // Each call in progress listens to this signal. Node.js would warn about more than ten listeners.
  setMaxListeners(0, stop);
  const until = `trying again for ${duration(patienceMs / 1000)}`;
  return {
    ask: (call) =>
      holdWhileAway(() => call(store), {
        stop,
        giveUpAfterMs: patienceMs,
        onAway({ detail }, attempt) {
          // Not every attempt is reported, because an embedded store is asked several times a second.
          if (isWrittenAgain(attempt)) tell(`${store.name} is away: ${detail}; ${until}`);
        },
        onBack: () => tell(`${store.name} is back`),
      }).catch((error: unknown) => {
        if (!(error instanceof Unavailable)) throw error;
        throw new Unavailable(error.what, `${store.name}: ${error.detail}`, error, error.askAgainMs);
      }),
  };
}
