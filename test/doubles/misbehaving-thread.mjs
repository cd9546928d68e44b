// A thread that does what its task says, to test how the pool reacts.
import { threadId, workerData } from "node:worker_threads";
import { serveThread } from "../../src/threads/serve-thread.ts";

const swollen = [];

serveThread((ask) => async ({ does, ms = 0 }) => {
  if (does === "wait") await new Promise((resolve) => setTimeout(resolve, ms));
  if (does === "spin") for (;;);
  if (does === "throw") throw new TypeError("a bug");
  if (does === "crash") setImmediate(() => nothing.there);
  if (does === "exit") process.exit(3);
  if (does === "swell") for (;;) swollen.push(new Array(1000).fill(Math.random()));
  if (does === "crash") await new Promise(() => undefined);
  if (does === "babble") return 42;
  if (does === "ask") return { thread: threadId, given: await ask("what?"), env: [] };
  return { thread: threadId, given: workerData.given, env: Object.keys(process.env) };
});
