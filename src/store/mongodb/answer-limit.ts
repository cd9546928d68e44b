import { setMaxListeners } from "node:events";
import type { MongoClient } from "mongodb";
import { Unavailable } from "../../domain/faults.ts";

/** How long calls wait for an answer, in milliseconds. */
export interface AnswerLimits {
  /** The limit for any call: twice the driver's socket timeout for a single reply. */
  readonly answerMs: number;
  /**
   * The limit for calls in progress when the driver clears its connection pool, counted from then. The server may still answer some
   * of them on their old connections.
   */
  readonly givenUpMs: number;
}

const usualLimits: AnswerLimits = { answerMs: 60_000, givenUpMs: 5000 };

/**
 * Limits how long calls wait for an answer. The driver waits forever if a connection ends while it writes to that connection, for
 * instance when the driver itself gives up a half-open connection. A call that timed out may still take effect, like every call
 * whose reply is lost.
 */
export function limitAnswers(client: MongoClient, limits: AnswerLimits = usualLimits) {
  /** Aborted when no more answers are expected on the current connections. */
  let present = forAnyNumber();
  const secondaries = new Set<string>();
  client.on("serverDescriptionChanged", ({ address, newDescription: { type } }) => {
    if (type === "RSSecondary") secondaries.add(address);
    else if (type !== "Unknown") secondaries.delete(address);
  });
  client.on("connectionPoolCleared", ({ address }) => {
    // Secondaries do not matter, because all calls go to the primary.
    if (secondaries.has(address)) return;
    const former = present;
    present = forAnyNumber();
    setTimeout(() => former.abort(), limits.givenUpMs).unref();
  });

  /**
   * Makes a call that must not wait forever.
   *
   * @param limitMs - the time limit of the call; null to let it wait as long as its connection exists.
   * @throws Unavailable after the time limit, or if the driver has given up the connection.
   */
  async function within<R>(
    call: () => R | Promise<R>,
    limitMs: number | null = limits.answerMs,
  ): Promise<Awaited<R>> {
    const { signal } = present;
    let stopWaiting = (): void => undefined;
    const noAnswer = new Promise<never>((_resolve, reject) => {
      const end = (): void => reject(new Unavailable("store", "it does not answer"));
      const timer = limitMs === null ? undefined : setTimeout(end, limitMs);
      signal.addEventListener("abort", end);
      stopWaiting = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
      };
    });
    try {
      // `Promise.race` handles both promises, so a rejection after the time limit is not reported as unhandled.
      return await Promise.race([call(), noAnswer]);
    } finally {
      stopWaiting();
    }
  }

  return {
    within,
    /** Ends all waits on the current connections. Call this once the client has been closed. */
    end: () => present.abort(),
  };
}

/** Returns a controller without Node.js's warning about more than ten listeners, because each call in progress adds one. */
function forAnyNumber(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
