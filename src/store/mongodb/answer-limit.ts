import { setMaxListeners } from "node:events";
import type { MongoClient } from "mongodb";
import { Unavailable } from "../../domain/faults.ts";

/** How long calls wait for an answer, in milliseconds. */
export interface AnswerLimits {
  /** For any call. Twice as long as the driver waits on a socket for any one answer. */
  readonly answerMs: number;
  /** For calls in progress, from when the driver gives up its connections. On some of them the server may still answer. */
  readonly givenUpMs: number;
}

const usualLimits: AnswerLimits = { answerMs: 60_000, givenUpMs: 5000 };

/**
 * Limits how long calls wait for an answer. The driver waits forever if a connection ends while it writes to it, for instance
 * when it gives up a half-open connection itself. A call that timed out may still go through, like every call whose reply is
 * lost.
 */
export function limitAnswers(client: MongoClient, limits: AnswerLimits = usualLimits) {
  /** Is aborted when no answer is expected any more on the present connections. */
  let present = forAnyNumber();
  const secondaries = new Set<string>();
  client.on("serverDescriptionChanged", ({ address, newDescription: { type } }) => {
    if (type === "RSSecondary") secondaries.add(address);
    else if (type !== "Unknown") secondaries.delete(address);
  });
  client.on("connectionPoolCleared", ({ address }) => {
    // All calls go to the primary.
    if (secondaries.has(address)) return;
    const former = present;
    present = forAnyNumber();
    setTimeout(() => former.abort(), limits.givenUpMs).unref();
  });

  /**
   * Makes a call that must not wait forever.
   *
   * @param limitMs - the limit of its own, or null for none: then it may wait as long as its connection is there.
   * @throws Unavailable after the limit, or when its connection was given up.
   */
  async function within<R>(
    call: () => R | Promise<R>,
    limitMs: number | null = limits.answerMs,
  ): Promise<Awaited<R>> {
    const { signal } = present;
    let letGo = (): void => undefined;
    const noAnswer = new Promise<never>((_resolve, reject) => {
      const end = (): void => reject(new Unavailable("store", "it does not answer"));
      const timer = limitMs === null ? undefined : setTimeout(end, limitMs);
      signal.addEventListener("abort", end);
      letGo = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
      };
    });
    try {
      // `Promise.race` handles both promises to the end, so that a rejection after the limit does not count as unhandled.
      return await Promise.race([call(), noAnswer]);
    } finally {
      letGo();
    }
  }

  return {
    within,
    /** Ends the waits on the present connections. To be called once the client has been closed. */
    end: () => present.abort(),
  };
}

/** Node.js warns of more than ten listeners, and here each call in progress is one. */
function forAnyNumber(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
