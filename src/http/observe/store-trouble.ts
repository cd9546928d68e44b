import { withDeadline } from "../../timing/deadline.ts";
import { shareAnswer } from "../server/share-answer.ts";

/** A store whose connection can be checked. */
export interface Pinged {
  ping(): Promise<void>;
}

/**
 * Returns a function that reports why a store does not answer, or null if it does. Concurrent calls share one ping.
 *
 * @param store - returns the store, or null if it is not open yet.
 * @param limitMs - how long the store may take, in milliseconds.
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
