import { withDeadline } from "../../timing/deadline.ts";
import { shareAnswer } from "../server/share-answer.ts";

/** A store that can be asked whether it answers. */
export interface Pinged {
  ping(): Promise<void>;
}

/**
 * Returns a function that says why a store does not answer; null if it does. Callers at the same time share one ping.
 *
 * @param store - returns the store; null if there is none yet.
 * @param limitMs - how long the store may take.
 */
export function watchStore(store: () => Pinged | null, limitMs: number): () => Promise<string | null> {
  const trouble = shareAnswer(() => troubleOf(store()));
  return () => withDeadline(trouble(), limitMs, () => `no answer within ${limitMs} ms`);
}

async function troubleOf(store: Pinged | null): Promise<string | null> {
  try {
    await store?.ping();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
