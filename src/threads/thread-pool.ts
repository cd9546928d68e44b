import { Worker } from "node:worker_threads";
import type * as z from "zod";
import { type PoolMessage, threadMessage } from "./thread-messages.ts";

export interface ThreadPoolOptions<Reply> {
  /** The compiled code of a thread, which calls `serveThread`. */
  readonly entry: URL;
  /** Most threads, and so most tasks at a time; they are started when needed, and kept. */
  readonly threads: number;
  /** Plain data that each thread starts with. */
  readonly workerData: unknown;
  /** What a thread answers. */
  readonly reply: z.ZodType<Reply>;
  /** A thread whose loop does not turn for so long (it says so every second) is ended: an input made it spin. */
  readonly stallMs: number;
  /** A task that takes longer is ended, however lively its thread is. */
  readonly totalMs: number;
  /** Memory of a thread's own heap; past it the thread ends. */
  readonly heapMib: number;
}

/** Answers a question of a task. */
type Answer = (question: unknown) => unknown;

/** A task that ended with its thread. The next task gets a new one. */
export class ThreadFailure extends Error {
  /** `interrupted`: the thread was shared with other tasks, any of which may have ended it. */
  readonly kind: "stalled" | "too-long" | "out-of-memory" | "crashed" | "interrupted" | "stopped";

  constructor(kind: ThreadFailure["kind"], detail: string, cause?: unknown) {
    super(detail, { cause });
    this.name = "ThreadFailure";
    this.kind = kind;
  }
}

export interface ThreadPool<Task, Reply> {
  /**
   * Does the task on a thread of its own, as soon as one is free.
   *
   * @param stop - ends the task, and its thread with it.
   * @param onQuestion - answers what the task asks. What it throws fails the task.
   * @throws ThreadFailure when the thread ended before the task did; any other error is a bug in the task's code.
   */
  run(task: Task, stop?: AbortSignal, onQuestion?: Answer): Promise<Reply>;
  /** Ends all threads at once; tasks in work fail as `stopped`. */
  close(): Promise<void>;
}

/**
 * A bounded number of worker threads, one task at a time on each. Hostile input can make a thread spin, swell or
 * crash: that ends the thread and its task, and nothing else.
 */
export function openThreadPool<Task, Reply>(options: ThreadPoolOptions<Reply>): ThreadPool<Task, Reply> {
  const idle = new Set<Worker>();
  const waiting: (() => void)[] = [];
  const inWork = new Set<Promise<Reply>>();
  const closing = new AbortController();
  let busy = 0;

  function start(): Worker {
    const worker = new Worker(options.entry, {
      workerData: options.workerData,
      // The settings hold passwords; a thread that reads strangers' bytes has no use for them.
      env: {},
      // Lines are short-lived: a few MiB of new objects at a time are parsed as fast as the standard 16, in less memory.
      resourceLimits: { maxOldGenerationSizeMb: options.heapMib, maxYoungGenerationSizeMb: 4 },
    });
    // While it works, its task listens as well. A thread that ends while idle is only forgotten.
    worker.on("error", () => idle.delete(worker));
    worker.on("exit", () => idle.delete(worker));
    return worker;
  }

  function take(): Worker {
    const [free] = idle;
    if (free === undefined) return start();
    idle.delete(free);
    return free;
  }

  async function onThread(task: Task, stop: AbortSignal, onQuestion: Answer): Promise<Reply> {
    if (stop.aborted) throw stopped();
    const worker = take();
    try {
      const reply = await ask(worker, task, stop, onQuestion, options);
      idle.add(worker);
      return reply;
    } catch (error) {
      // Waited for, so that there is never one thread more than allowed.
      if (error instanceof ThreadFailure) await worker.terminate();
      else idle.add(worker);
      throw error;
    }
  }

  async function inTurn(task: Task, stop: AbortSignal, onQuestion: Answer): Promise<Reply> {
    while (busy >= options.threads) await new Promise<void>((resolve) => waiting.push(resolve));
    busy++;
    try {
      return await onThread(task, stop, onQuestion);
    } finally {
      busy--;
      waiting.shift()?.();
    }
  }

  return {
    run(task, stop, onQuestion = noAnswer) {
      const ends = stop ? AbortSignal.any([stop, closing.signal]) : closing.signal;
      const running = inTurn(task, ends, onQuestion);
      inWork.add(running);
      const done = (): boolean => inWork.delete(running);
      running.then(done, done);
      return running;
    },
    async close() {
      closing.abort();
      await Promise.allSettled(inWork);
      await Promise.all([...idle].map((worker) => worker.terminate()));
    },
  };
}

const noAnswer: Answer = () => {
  throw new Error("a task asked a question that nobody answers");
};

const stopped = (): ThreadFailure => new ThreadFailure("stopped", "stopped before it was done");

/** Sends the task and waits for its reply, or for what ends it before. */
function ask<Reply>(
  worker: Worker,
  task: unknown,
  stop: AbortSignal,
  onQuestion: Answer,
  { reply, stallMs, totalMs }: ThreadPoolOptions<Reply>,
): Promise<Reply> {
  const listening = new AbortController();
  return new Promise<Reply>((resolve, reject) => {
    const fail = (kind: ThreadFailure["kind"], detail: string, cause?: unknown): void =>
      reject(new ThreadFailure(kind, detail, cause));
    const onStop = (): void => reject(stopped());
    const onError = (error: NodeJS.ErrnoException): void => {
      const swollen = error.code === "ERR_WORKER_OUT_OF_MEMORY";
      if (swollen) fail("out-of-memory", "needed more memory than a thread may have", error);
      else fail("crashed", `the thread crashed: ${error.message}`, error);
    };
    const onExit = (code: number): void => fail("crashed", `the thread ended with code ${code}`);
    const onMessage = (message: unknown): void => {
      stall.refresh();
      try {
        const said = threadMessage.parse(message);
        if (said.kind === "question") {
          worker.postMessage({
            kind: "answer",
            id: said.id,
            value: onQuestion(said.value),
          } satisfies PoolMessage);
        }
        if (said.kind === "reply") resolve(reply.parse(said.value));
        if (said.kind === "error") reject(new Error(`in a worker thread: ${said.detail}`));
      } catch (error) {
        reject(error);
      }
    };
    // Not a deadline of a promise: each message of the thread sets the first timer back, and both end the thread.
    const stall = setTimeout(() => fail("stalled", `made no progress for ${stallMs / 1000} s`), stallMs);
    const total = setTimeout(() => fail("too-long", `not done within ${totalMs / 1000} s`), totalMs);
    listening.signal.addEventListener("abort", () => {
      clearTimeout(stall);
      clearTimeout(total);
      stop.removeEventListener("abort", onStop);
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
    });
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    stop.addEventListener("abort", onStop);
    if (stop.aborted) onStop();
    else worker.postMessage({ kind: "task", value: task } satisfies PoolMessage);
  }).finally(() => listening.abort());
}
