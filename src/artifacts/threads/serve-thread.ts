import { parentPort } from "node:worker_threads";
import type { ThreadMessage } from "./thread-messages.ts";

/** How often a thread that works says that its loop still turns. */
const aliveMs = 1000;

/**
 * The thread's side of a {@link openThreadPool}: does one task after the other as they are sent.
 *
 * @param handle - one task to its reply; what it throws is a bug, and costs that task alone.
 */
export function serveThread(handle: (task: unknown) => Promise<unknown>): void {
  const port = parentPort;
  if (port === null) throw new Error("this is the code of a worker thread");
  const say = (message: ThreadMessage): void => port.postMessage(message);
  port.on("message", async (task: unknown) => {
    const alive = setInterval(() => say({ kind: "alive" }), aliveMs);
    try {
      say({ kind: "reply", value: await handle(task) });
    } catch (error) {
      say({ kind: "error", detail: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    } finally {
      clearInterval(alive);
    }
  });
}
