import { holdWhileAway } from "../../ingest/progress/hold-while-away.ts";
import type { PatientStore } from "../../ingest/progress/patient-store.ts";
import { tell } from "../output/print.ts";

/** How long a command waits for a store that becomes unavailable while it works, unless it says otherwise. */
const PATIENCE_MS = 30_000;

/**
 * Returns the store with calls that wait for it while it is away.
 *
 * @param stop - aborted to end the waiting.
 * @param patienceMs - how long to wait for an answer.
 */
export function waitForStore<Store>(
  store: Store,
  stop: AbortSignal = new AbortController().signal,
  patienceMs = PATIENCE_MS,
): PatientStore<Store> {
  return {
    ask: (call) =>
      holdWhileAway(() => call(store), {
        stop,
        giveUpAfterMs: patienceMs,
        onAway: ({ message }) => tell(`${message}; trying again`),
        onBack: () => tell("the store is back"),
      }),
  };
}
