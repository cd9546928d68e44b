import { Worker } from "node:worker_threads";
import type * as z from "zod";
import { type PoolMessage, threadMessage } from "./thread-messages.ts";

export interface ThreadPoolOptions<Reply> {
  /** The compiled code of a thread, which calls `serveThread`. */
  readonly entry: URL;
  /** The most threads, and so the most tasks at a time. Threads are started when they are needed, and are then kept. */
  readonly threads: number;
  /** Plain data that each thread starts with. */
  readonly workerData: unknown;
  /** The schema of a thread's reply. */
  readonly reply: z.ZodType<Reply>;
  /** A thread whose event loop is blocked for this long is terminated. A busy thread reports every second that its loop is free. */
  readonly stallMs: number;
  /** A task that takes longer is aborted, even if the thread's event loop is free. */
  readonly totalMs: number;
  /** The heap limit of each thread. Node.js terminates a thread that needs more. */
  readonly heapMib: number;
}

/** Returns the answer to a question of a task. */
type Answer = (question: unknown) => unknown;

/** Thrown if a task failed because its thread ended. The next task gets a new thread. */
export class ThreadFailure extends Error {
  /** `interrupted` means that the thread was shared with other tasks, any of which may have ended it. */
  readonly kind: "stalled" | "too-long" | "out-of-memory" | "crashed" | "interrupted" | "stopped";

  constructor(kind: ThreadFailure["kind"], detail: string, cause?: unknown) {
    super(detail, { cause });
    this.name = "ThreadFailure";
    this.kind = kind;
  }
}

export interface ThreadPool<Task, Reply> {
  /**
   * Runs the task on a thread of its own, as soon as a thread is free.
   *
   * @param stop - aborts the task, and terminates its thread.
   * @param onQuestion - answers the task's questions. An error that it throws fails the task.
   * @throws ThreadFailure if the thread ended before the task did. Any other error is a bug in the task's code.
   */
  run(task: Task, stop?: AbortSignal, onQuestion?: Answer): Promise<Reply>;
  /** Terminates all threads immediately. Tasks in progress fail as `stopped`. */
  close(): Promise<void>;
}

/**
 * Opens a pool of worker threads, each of which runs one task at a time. Hostile input can make a thread hang, run out of memory
 * or crash. This ends only that thread and its task.
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
      // The environment holds passwords, which a thread that reads strangers' bytes does not need.
      env: {},
      // Lines are short-lived, so parsing is as fast with 4 MiB for new objects as with the default of 16.
      resourceLimits: { maxOldGenerationSizeMb: options.heapMib, maxYoungGenerationSizeMb: 4 },
    });
    // An idle thread that ends is only forgotten. While a thread is busy, its task adds listeners of its own.
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
      // The end of the thread is awaited, so that there are never more threads than allowed.
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
      const ends = firstOf(stop === undefined ? [closing.signal] : [stop, closing.signal]);
      const running = inTurn(task, ends.signal, onQuestion);
      inWork.add(running);
      const done = (): void => {
        ends.detach();
        inWork.delete(running);
      };
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

/**
 * Returns a signal that aborts with the first of these signals. `detach` removes its listeners. `AbortSignal.any` is not used, because
 * with each task it would leave an entry behind in a signal that outlives the task, and a worker runs many tasks.
 */
function firstOf(signals: readonly AbortSignal[]): { readonly signal: AbortSignal; detach(): void } {
  const all = new AbortController();
  const end = (): void => all.abort();
  for (const signal of signals) {
    if (signal.aborted) end();
    signal.addEventListener("abort", end);
  }
  return {
    signal: all.signal,
    detach() {
      for (const signal of signals) signal.removeEventListener("abort", end);
    },
  };
}

const noAnswer: Answer = () => {
  throw new Error("a task asked a question, but its pool has no function to answer it");
};

const stopped = (): ThreadFailure => new ThreadFailure("stopped", "stopped before the task was done");

/** Sends a task and waits for its reply. Rejects if the task fails, or its thread ends or exceeds a limit. */
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
      const isOutOfMemory = error.code === "ERR_WORKER_OUT_OF_MEMORY";
      if (isOutOfMemory) fail("out-of-memory", "the task needed more memory than a thread may have", error);
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
    // `withDeadline` is not used, because each message of the thread restarts the first timer, and both timers end the thread.
    const stall = setTimeout(
      () => fail("stalled", `the task made no progress for ${stallMs / 1000} s`),
      stallMs,
    );
    const total = setTimeout(
      () => fail("too-long", `the task was not done within ${totalMs / 1000} s`),
      totalMs,
    );
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
