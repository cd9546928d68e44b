import type { MongoClient, MongoOptions } from "mongodb";

/** How long a check of a server can take, in milliseconds. A check that takes longer never ends. */
export interface CheckLimits {
  /** The time for a connection and a question. */
  readonly askedMs: number;
  /** The time for a connection, and for waiting until a server reports a change by itself. */
  readonly awaitedMs: number;
}

/** Returns limits with room for a busy event loop. The address may set the interval of the checks. */
export function checkLimits({ connectTimeoutMS, heartbeatFrequencyMS }: MongoOptions): CheckLimits {
  return { askedMs: 2 * connectTimeoutMS + 1000, awaitedMs: heartbeatFrequencyMS + connectTimeoutMS + 2000 };
}

/**
 * Detects that the driver hangs in the check of a server. If a connection breaks just as the driver writes to it, the driver
 * waits forever to go on writing. It treats the server as away until a new client is opened.
 *
 * @param onStuck - called again and again as long as the driver hangs.
 * @returns a function that ends the watch.
 */
export function watchChecks(client: MongoClient, limits: CheckLimits, onStuck: () => void): () => void {
  /** When the check of a server must have ended, by the server's address. */
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
