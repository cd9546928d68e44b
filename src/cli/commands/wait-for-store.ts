import { holdWhileAway } from "../../ingest/progress/hold-while-away.ts";
import type { PatientStore } from "../../ingest/progress/patient-store.ts";
import { tell } from "../output/print.ts";

/** How long a command waits for a store that becomes unavailable while it works. */
const PATIENCE_MS = 30_000;

/**
 * Returns the store with calls that wait for it while it is away.
 *
 * @param stop - aborted to end the waiting.
 */
export function waitForStore<Store>(
  store: Store,
  stop: AbortSignal = new AbortController().signal,
): PatientStore<Store> {
  return {
    ask: (call) =>
      holdWhileAway(() => call(store), {
        stop,
        giveUpAfterMs: PATIENCE_MS,
        onAway: ({ message }) => tell(`${message}; trying again`),
        onBack: () => tell("the store is back"),
      }),
  };
}
