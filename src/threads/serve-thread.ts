import { parentPort } from "node:worker_threads";
import { poolMessage, type ThreadMessage } from "./thread-messages.ts";

/** How often a thread that works says that its loop still turns. */
const aliveMs = 1000;

/** Asks whoever gave the task a question, and waits for the answer. */
export type AskPool = (question: unknown) => Promise<unknown>;

/**
 * The thread's side of a {@link openThreadPool}: does one task after the other as they are sent.
 *
 * @param begin - called once; gives what does one task and returns its reply. What that throws is a bug, and costs the
 *   one task alone.
 */
export function serveThread(begin: (ask: AskPool) => (task: unknown) => Promise<unknown>): void {
  const port = parentPort;
  if (port === null) throw new Error("this is the code of a worker thread");
  const say = (message: ThreadMessage): void => port.postMessage(message);
  const asked = new Map<number, (answer: unknown) => void>();
  let lastId = 0;
  const handle = begin((question) => {
    const id = ++lastId;
    say({ kind: "question", id, value: question });
    return new Promise((resolve) => asked.set(id, resolve));
  });

  async function work(task: unknown): Promise<void> {
    // Questions of an earlier task get no answer any more.
    asked.clear();
    const alive = setInterval(() => say({ kind: "alive" }), aliveMs);
    try {
      say({ kind: "reply", value: await handle(task) });
    } catch (error) {
      say({ kind: "error", detail: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    } finally {
      clearInterval(alive);
    }
  }

  port.on("message", (message: unknown) => {
    const told = poolMessage.parse(message);
    if (told.kind === "task") void work(told.value);
    else asked.get(told.id)?.(told.value);
  });
}
