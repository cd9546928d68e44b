import { Worker } from "node:worker_threads";
import type { Bug } from "../../domain/bug.ts";
import { ThreadFailure } from "../../threads/thread-pool.ts";
import {
  type BugThreadAnswer,
  type BugThreadOrder,
  type BugThreadSettings,
  bugThreadAnswer,
  type IndexFigures,
  type Suggested,
} from "./bug-thread-messages.ts";

export interface BugThreadOptions {
  /** Yields all bugs of the cache in pages, by ascending id. An error fails the refresh, and all calls that wait for it. */
  readBugs(): AsyncIterable<readonly Bug[]>;
  /** The most bytes of an artifact. */
  readonly artifactBytes: number;
  /** The number of terms whose results are remembered across jobs. Default: 5000, which take a few MiB. */
  readonly rememberedTerms?: number;
  /** The time that the thread may work on one summary. Default: one minute, enough for about a hundred thousand terms. */
  readonly longestMs?: number;
  /**
   * The heap limit of the thread. Default: 512 MiB, enough for two indexes of 100,000 bugs each. There are two indexes during a
   * refresh, because the old one is used until the new one is complete.
   */
  readonly heapMib?: number;
  /** The compiled code of the thread. Default: the file beside this one in `dist`. */
  readonly entry?: URL;
}

/**
 * The one thread that keeps the bug cache in memory and looks up bugs in it. The first question starts the thread and loads the
 * bugs, and so does the next question after a crash.
 */
export interface BugThread {
  /**
   * Returns bug suggestions for a `text_log_summary`.
   *
   * @throws ThreadFailure `interrupted` if the thread ended first, and `too-long` if the summary took too long. Errors of `readBugs`
   *   are thrown too, because stored suggestions stay, and so must never be made from only a part of the bugs.
   */
  suggest(summaryBlob: string): Promise<Suggested>;
  /** Reads all bugs again. The old ones are used until all have been read. Concurrent calls share one refresh. */
  refresh(): Promise<IndexFigures>;
  close(): Promise<void>;
}

export function openBugThread(options: BugThreadOptions): BugThread {
  let current: BugSession | null = null;
  let closed = false;

  function session(): BugSession {
    if (closed) throw new ThreadFailure("stopped", "the bug thread was closed");
    if (current === null || current.ended) current = new BugSession(options);
    return current;
  }

  return {
    suggest: async (summaryBlob) => session().suggest(summaryBlob),
    refresh: async () => session().refresh(),
    async close() {
      closed = true;
      await current?.close();
    },
  };
}

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** One thread from its start to its end. */
class BugSession {
  readonly #readBugs: BugThreadOptions["readBugs"];
  readonly #worker: Worker;
  readonly #questions = new Map<number, Waiting<Suggested>>();
  #lastId = 0;
  #commit: Waiting<IndexFigures> | null = null;
  #refreshing: Promise<IndexFigures> | null = null;
  #loaded = false;
  ended = false;

  constructor(options: BugThreadOptions) {
    const { artifactBytes, rememberedTerms = 5000, longestMs = 60_000, heapMib = 512 } = options;
    const settings: BugThreadSettings = { artifactBytes, rememberedTerms, longestMs };
    this.#readBugs = options.readBugs;
    this.#worker = new Worker(options.entry ?? new URL("./bug-thread-entry.js", import.meta.url), {
      workerData: settings,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: heapMib },
    });
    this.#worker.on("message", (message: unknown) => this.#take(bugThreadAnswer.parse(message)));
    this.#worker.on("error", (error) => this.#end(`the bug thread crashed: ${error.message}`, error));
    this.#worker.on("exit", () => this.#end("the bug thread ended"));
  }

  async suggest(summaryBlob: string): Promise<Suggested> {
    if (!this.#loaded) await this.refresh();
    return new Promise((resolve, reject) => {
      if (this.ended) throw new ThreadFailure("interrupted", "the bug thread ended");
      const id = ++this.#lastId;
      this.#questions.set(id, { resolve, reject });
      this.#order({ kind: "suggest", id, summaryBlob });
    });
  }

  refresh(): Promise<IndexFigures> {
    this.#refreshing ??= this.#load().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async close(): Promise<void> {
    this.#end("the bug thread was closed");
    await this.#worker.terminate();
  }

  async #load(): Promise<IndexFigures> {
    this.#order({ kind: "begin" });
    for await (const bugs of this.#readBugs()) this.#order({ kind: "bugs", bugs });
    const committed = new Promise<IndexFigures>((resolve, reject) => {
      if (this.ended) throw new ThreadFailure("interrupted", "the bug thread ended");
      this.#commit = { resolve, reject };
    });
    this.#order({ kind: "commit" });
    const figures = await committed;
    this.#loaded = true;
    return figures;
  }

  #order(order: BugThreadOrder): void {
    this.#worker.postMessage(order);
  }

  #take(said: BugThreadAnswer): void {
    if (said.kind === "committed") {
      this.#commit?.resolve(said.figures);
      this.#commit = null;
      return;
    }
    const question = this.#questions.get(said.id);
    this.#questions.delete(said.id);
    if (said.kind === "suggested") question?.resolve(said.suggested);
    else if (said.bug !== null) question?.reject(new Error(`in the bug thread: ${said.bug}`));
    else question?.reject(new ThreadFailure("too-long", "looking up bugs for the error lines took too long"));
  }

  #end(detail: string, cause?: unknown): void {
    this.ended = true;
    const failure = new ThreadFailure("interrupted", detail, cause);
    this.#commit?.reject(failure);
    this.#commit = null;
    for (const { reject } of this.#questions.values()) reject(failure);
    this.#questions.clear();
  }
}
