import { getEventListeners } from "node:events";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, it } from "@jest/globals";
import * as z from "zod";
import {
  openThreadPool,
  ThreadFailure,
  type ThreadPool,
  type ThreadPoolOptions,
} from "../../src/threads/thread-pool.ts";
import { bundleProgram } from "../bundle-program.ts";

const entry = pathToFileURL(bundleProgram("doubles/misbehaving-thread.mjs"));
const reply = z.object({ thread: z.number(), given: z.string(), env: z.array(z.string()) });
type Reply = z.infer<typeof reply>;
interface Task {
  readonly does: "wait" | "spin" | "throw" | "crash" | "exit" | "swell" | "babble" | "ask" | "nothing";
  readonly ms?: number;
}

const opened: ThreadPool<Task, Reply>[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((pool) => pool.close()));
});

function aPool(options: Partial<ThreadPoolOptions<Reply>> = {}): ThreadPool<Task, Reply> {
  const pool = openThreadPool<Task, Reply>({
    entry: entry,
    threads: 2,
    workerData: { given: "plain data" },
    reply,
    stallMs: 60_000,
    totalMs: 120_000,
    heapMib: 32,
    ...options,
  });
  opened.push(pool);
  return pool;
}

async function failureOf(running: Promise<unknown>): Promise<string> {
  const error = await running.then(
    () => "it was done",
    (reason: unknown) => reason,
  );
  if (error instanceof ThreadFailure) return error.kind;
  throw error;
}

describe("a pool of threads", () => {
  it("runs a task on a thread, which gets its settings but no environment variables", async () => {
    const done = await aPool().run({ does: "nothing" });
    expect(done).toMatchObject({ given: "plain data", env: [] });
  });

  it("leaves nothing behind in a signal that could have ended its tasks", async () => {
    const pool = aPool();
    const { signal } = new AbortController();
    for (let nth = 0; nth < 5; nth++) await pool.run({ does: "nothing" }, signal);
    // Node.js stores in a signal, under its own symbols, who listens to it and which signals depend on it.
    const notes = Object.getOwnPropertySymbols(signal).map((symbol): unknown => Reflect.get(signal, symbol));
    const sizes = notes.map((note) =>
      typeof note === "object" && note !== null && "size" in note ? note.size : 0,
    );
    expect(sizes.filter((size) => size !== 0)).toEqual([]);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("uses at most the allowed number of threads, and keeps them", async () => {
    const pool = aPool({ threads: 2 });
    const tasks = Array.from({ length: 7 }, () => pool.run({ does: "wait", ms: 20 }));
    const threads = new Set((await Promise.all(tasks)).map(({ thread }) => thread));
    expect(threads.size).toBe(2);
    expect(threads).toContain((await pool.run({ does: "nothing" })).thread);
  });

  it("ends a thread that hangs, and no other", async () => {
    const pool = aPool({ stallMs: 8000 });
    // Slower than the stall limit, but its event loop is free.
    const lively = pool.run({ does: "wait", ms: 10_000 });
    expect(await failureOf(pool.run({ does: "spin" }))).toBe("stalled");
    const next = await pool.run({ does: "nothing" });
    expect((await lively).thread).not.toBe(next.thread);
  });

  it("aborts a task that takes too long, even if its event loop is free", async () => {
    expect(await failureOf(aPool({ totalMs: 200 }).run({ does: "wait", ms: 60_000 }))).toBe("too-long");
  });

  it.each([
    ["crash", "crashed"],
    ["exit", "crashed"],
    ["swell", "out-of-memory"],
  ] as const)("a thread that does this: %s, only fails its own task", async (does, kind) => {
    const pool = aPool();
    const other = pool.run({ does: "wait", ms: 1000 });
    expect(await failureOf(pool.run({ does }))).toBe(kind);
    expect(await other).toMatchObject({ given: "plain data" });
    expect(await pool.run({ does: "nothing" })).toMatchObject({ given: "plain data" });
  });

  it("reports a bug in a task as a bug, and keeps the thread", async () => {
    const pool = aPool({ threads: 1 });
    const { thread } = await pool.run({ does: "nothing" });
    await expect(pool.run({ does: "throw" })).rejects.toThrow(/in a worker thread: TypeError: a bug/);
    await expect(pool.run({ does: "babble" })).rejects.toThrow(/expected object/);
    expect((await pool.run({ does: "nothing" })).thread).toBe(thread);
  });

  it("answers the questions of each task with that task's own function", async () => {
    const pool = aPool({ threads: 2 });
    const answer = (text: string) =>
      pool.run({ does: "ask" }, undefined, (question) => `${question} ${text}`);
    const answers = await Promise.all(["one", "two", "three"].map(answer));
    expect(answers.map(({ given }) => given)).toEqual(["what? one", "what? two", "what? three"]);
  });

  it("fails a task whose question cannot be answered, and runs the next one", async () => {
    const pool = aPool({ threads: 1 });
    const refuse = (): never => {
      throw new TypeError("no such question");
    };
    await expect(pool.run({ does: "ask" }, undefined, refuse)).rejects.toThrow("no such question");
    expect(await pool.run({ does: "nothing" })).toMatchObject({ given: "plain data" });
  });

  it("stops a task on request, whether it is in progress or waiting", async () => {
    const pool = aPool({ threads: 1 });
    const stop = new AbortController();
    const first = failureOf(pool.run({ does: "wait", ms: 60_000 }, stop.signal));
    const second = failureOf(pool.run({ does: "wait", ms: 60_000 }, stop.signal));
    const third = pool.run({ does: "nothing" });
    stop.abort();
    expect([await first, await second]).toEqual(["stopped", "stopped"]);
    expect(await third).toMatchObject({ given: "plain data" });
  });

  it("closing it ends the tasks in progress, also on a thread that hangs", async () => {
    const pool = aPool();
    const running = [
      failureOf(pool.run({ does: "spin" })),
      failureOf(pool.run({ does: "wait", ms: 60_000 })),
    ];
    await pool.close();
    expect(await Promise.all(running)).toEqual(["stopped", "stopped"]);
    expect(await failureOf(pool.run({ does: "nothing" }))).toBe("stopped");
  });
});
