import type { MongoClient, MongoOptions } from "mongodb";

/** How long a check of a server may take, in milliseconds. A check that takes longer will never end. */
export interface CheckLimits {
  /** The limit for connecting and polling the server. */
  readonly askedMs: number;
  /** The limit for connecting and waiting until the server reports a change on its own. */
  readonly awaitedMs: number;
}

/** Returns limits that leave room for a busy event loop. They depend on options that the address may set. */
export function checkLimits({ connectTimeoutMS, heartbeatFrequencyMS }: MongoOptions): CheckLimits {
  return { askedMs: 2 * connectTimeoutMS + 1000, awaitedMs: heartbeatFrequencyMS + connectTimeoutMS + 2000 };
}

/**
 * Detects that the driver hangs in the check of a server. If a connection breaks just as the driver writes to it, the driver waits
 * forever to continue writing. It treats the server as unavailable until a new client is opened.
 *
 * @param onStuck - called repeatedly while the driver hangs.
 * @returns a function that stops watching.
 */
export function watchChecks(client: MongoClient, limits: CheckLimits, onStuck: () => void): () => void {
  /** The time by which the current check of each server must end, by the server's address. */
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
