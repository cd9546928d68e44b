import type { MongoClient, MongoOptions } from "mongodb";
import { Unavailable } from "../../domain/faults.ts";
import { asUnavailable } from "./faults.ts";

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
 * Opens a client anew when the driver hangs in the check of a server: where a connection breaks off just as the driver
 * writes to it, it waits for ever to be told to go on writing, and takes the server for away until the process ends.
 * Questions that are under way meanwhile fail as they do when a connection is lost.
 *
 * @returns ends the watch; to be called before the client is closed.
 */
export function reopenWhenStuck(client: MongoClient, limits: CheckLimits): () => void {
  /** Address of a server to when its check must have ended. */
  const underWay = new Map<string, number>();
  let isReopening = false;
  let isClosed = false;
  let isEnded = false;
  client.on("serverHeartbeatStarted", ({ connectionId, awaited }) => {
    underWay.set(connectionId, performance.now() + (awaited ? limits.awaitedMs : limits.askedMs));
  });
  client.on("serverHeartbeatSucceeded", ({ connectionId }) => underWay.delete(connectionId));
  client.on("serverHeartbeatFailed", ({ connectionId }) => underWay.delete(connectionId));
  client.on("serverClosed", ({ address }) => underWay.delete(address));

  async function look(): Promise<void> {
    if (isReopening || !(isClosed || isStuck())) return;
    isReopening = true;
    try {
      isClosed = true;
      await client.close();
      underWay.clear();
      if (isEnded) return;
      await client.connect();
      isClosed = false;
      // The end came while it was being opened: an open client keeps the process from ending.
      if (isEnded) await client.close();
    } catch (error) {
      // Away as well: tried again with the next look.
      if (!(asUnavailable(error) instanceof Unavailable)) throw error;
    } finally {
      isReopening = false;
    }
  }

  function isStuck(): boolean {
    const nowMs = performance.now();
    return [...underWay.values()].some((endMs) => nowMs > endMs);
  }

  const timer = setInterval(look, limits.askedMs / 5).unref();
  return () => {
    isEnded = true;
    clearInterval(timer);
  };
}
