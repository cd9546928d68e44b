import { type MongoClient, MongoError } from "mongodb";

/** How long a check of a server can take; what is under way for longer never ends. In milliseconds. */
export interface CheckLimits {
  /** A connection and a question: three seconds each at most. */
  readonly askedMs: number;
  /** Of a server that tells news by itself: they are waited for ten seconds. */
  readonly awaitedMs: number;
}

export const checkLimits: CheckLimits = { askedMs: 7000, awaitedMs: 15_000 };

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
      await client.connect();
      isClosed = false;
    } catch (error) {
      // Away as well: tried again with the next look.
      if (!(error instanceof MongoError)) throw error;
    } finally {
      isReopening = false;
    }
  }

  function isStuck(): boolean {
    const nowMs = performance.now();
    return [...underWay.values()].some((endMs) => nowMs > endMs);
  }

  const timer = setInterval(look, limits.askedMs / 5).unref();
  return () => clearInterval(timer);
}
