import { parentPort } from "node:worker_threads";
import { poolMessage, type ThreadMessage } from "./thread-messages.ts";

/** How often a busy thread reports that its event loop is not blocked. */
const aliveMs = 1000;

/** Asks the main thread a question about the task, and waits for the answer. */
export type AskPool = (question: unknown) => Promise<unknown>;

/**
 * Handles the tasks of {@link openThreadPool} in a worker thread, one after the other.
 *
 * @param begin - called once; returns the function that does a task and returns its reply. An error that this function
 *   throws is a bug, and fails only this task.
 */
export function serveThread(begin: (ask: AskPool) => (task: unknown) => Promise<unknown>): void {
  const port = parentPort;
  if (port === null) throw new Error("this module must run in a worker thread");
  const post = (message: ThreadMessage): void => port.postMessage(message);
  const asked = new Map<number, (answer: unknown) => void>();
  let lastId = 0;
  const handle = begin((question) => {
    const id = ++lastId;
    post({ kind: "question", id, value: question });
    return new Promise((resolve) => asked.set(id, resolve));
  });

  async function work(task: unknown): Promise<void> {
    // Late answers to the questions of an earlier task are ignored.
    asked.clear();
    const alive = setInterval(() => post({ kind: "alive" }), aliveMs);
    try {
      post({ kind: "reply", value: await handle(task) });
    } catch (error) {
      post({
        kind: "error",
        detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    } finally {
      clearInterval(alive);
    }
  }

  port.on("message", (message: unknown) => {
    const received = poolMessage.parse(message);
    if (received.kind === "task") void work(received.value);
    else asked.get(received.id)?.(received.value);
  });
}
