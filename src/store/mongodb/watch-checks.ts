import type { MongoClient, MongoOptions } from "mongodb";

/** How long a check of a server can take; what is under way for longer never ends. In milliseconds. */
export interface CheckLimits {
  /** A connection and a question. */
  readonly askedMs: number;
  /** Of a server that tells news by itself: as long as they are waited for, and a connection. */
  readonly awaitedMs: number;
}

/** With room for a busy event loop. The address may name an interval of its own. */
export function checkLimits({ connectTimeoutMS, heartbeatFrequencyMS }: MongoOptions): CheckLimits {
  return { askedMs: 2 * connectTimeoutMS + 1000, awaitedMs: heartbeatFrequencyMS + connectTimeoutMS + 2000 };
}

/**
 * Sees when the driver hangs in the check of a server: where a connection breaks off just as the driver writes to it, it
 * waits for ever to be told to go on writing, and takes the server for away until the client is thrown away.
 *
 * @param onStuck - told again and again for as long as it hangs.
 * @returns ends the watch.
 */
export function watchChecks(client: MongoClient, limits: CheckLimits, onStuck: () => void): () => void {
  /** Address of a server to when its check must have ended. */
  const underWay = new Map<string, number>();
  client.on("serverHeartbeatStarted", ({ connectionId, awaited }) => {
    underWay.set(connectionId, performance.now() + (awaited ? limits.awaitedMs : limits.askedMs));
  });
  client.on("serverHeartbeatSucceeded", ({ connectionId }) => underWay.delete(connectionId));
  client.on("serverHeartbeatFailed", ({ connectionId }) => underWay.delete(connectionId));
  client.on("serverClosed", ({ address }) => underWay.delete(address));
  const timer = setInterval(() => {
    const nowMs = performance.now();
    if ([...underWay.values()].some((endMs) => nowMs > endMs)) onStuck();
  }, limits.askedMs / 5).unref();
  return () => clearInterval(timer);
}
