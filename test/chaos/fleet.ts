import { setTimeout as wait } from "node:timers/promises";
import * as z from "zod";
import { jobEnded, type LogLine, WorkerProcess } from "../servers/worker-process.ts";
import type { Gap } from "./losses.ts";
import { checkTold, Told } from "./told.ts";

const stopped = z.looseObject({ event: z.literal("stopped"), outcomes: z.record(z.string(), z.number()) });
const queueLost = z.looseObject({
  event: z.literal("queue_lost"),
  time: z.string(),
  gap_ms: z.number(),
  last_empty_at: z.string(),
});

interface Slot {
  worker: WorkerProcess | null;
  told: Told;
  /** When the worker last logged the end of a job from the broker. */
  endedAtMs: number;
}

/** Workers on one queue, and everything that they logged. Each is a process that may be killed and is then started again. */
export class Fleet {
  readonly gaps: Gap[] = [];
  /** Outcomes of the job messages of all workers, including dead ones. */
  readonly told = new Told();
  /** Differences between a worker's counters and its log. */
  readonly miscounts: string[] = [];
  /** Reports about workers that ended by themselves. */
  readonly deaths: string[] = [];
  /** Log lines in which workers reported a bug of their own. */
  readonly bugs: string[] = [];
  readonly #slots: Slot[];
  readonly #env: (index: number) => NodeJS.ProcessEnv;
  readonly #watchers = new Set<(line: LogLine) => void>();

  constructor(count: number, env: (index: number) => NodeJS.ProcessEnv) {
    this.#env = env;
    this.#slots = Array.from({ length: count }, () => ({ worker: null, told: new Told(), endedAtMs: 0 }));
  }

  get size(): number {
    return this.#slots.length;
  }

  /** The running workers. */
  get workers(): WorkerProcess[] {
    return this.#slots.flatMap(({ worker }) => (worker === null ? [] : [worker]));
  }

  /** The addresses at which the running workers accept posts. A worker that is starting has none yet. */
  get publicUrls(): string[] {
    return this.workers.flatMap(({ lines }) => {
      const url = lines.find(({ event }) => event === "public_listening")?.["url"];
      return typeof url === "string" ? [url] : [];
    });
  }

  async startAll(): Promise<void> {
    this.#slots.forEach((_slot, index) => void this.start(index));
    await Promise.all(this.workers.map((worker) => worker.untilEvent("consuming")));
  }

  start(index: number): void {
    const slot = this.#slot(index);
    slot.told = new Told();
    const worker = new WorkerProcess(this.#env(index), (line) => this.#heard(slot, line));
    slot.worker = worker;
    void worker.untilClosed().then(() => {
      if (slot.worker === worker)
        this.deaths.push(`a worker ended that nobody had asked to. ${worker.troubles()}`);
    });
  }

  async kill(index: number): Promise<void> {
    const slot = this.#slot(index);
    const { worker } = slot;
    slot.worker = null;
    await worker?.kill();
  }

  /** Sends SIGTERM, and then compares the worker's counters with its log. */
  async stop(index: number): Promise<void> {
    const slot = this.#slot(index);
    const { worker } = slot;
    if (worker === null) return;
    slot.worker = null;
    const code = await worker.stop();
    // The last lines may arrive after the exit.
    await worker.untilClosed();
    if (code !== 0) this.miscounts.push(`a worker that was asked to stop ended with ${code}`);
    const line = worker.lines.map((each) => stopped.safeParse(each)).find(({ success }) => success);
    if (line?.data === undefined)
      this.miscounts.push("a worker that was asked to stop did not tell its counters");
    else this.miscounts.push(...checkTold(slot.told, line.data.outcomes));
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.#slots.map((_slot, index) => this.stop(index)));
  }

  async killAll(): Promise<void> {
    await Promise.all(this.#slots.map((_slot, index) => this.kill(index)));
  }

  /** Resolves with true when every worker has logged the end of a job from the broker after this time, or with false after the limit. */
  async untilAllWork(sinceMs: number, limitMs: number): Promise<boolean> {
    const limit = Date.now() + limitMs;
    while (!this.#slots.every(({ worker, endedAtMs }) => worker !== null && endedAtMs > sinceMs)) {
      if (Date.now() > limit) return false;
      await wait(5);
    }
    return true;
  }

  /** Resolves with true when this many workers have logged this event from now on, or with false after the limit. */
  async untilTold(event: string, count: number, limitMs: number): Promise<boolean> {
    let seen = 0;
    const watcher = (line: LogLine): void => {
      if (line.event === event) seen++;
    };
    this.#watchers.add(watcher);
    const limit = Date.now() + limitMs;
    while (seen < count && Date.now() < limit) await wait(5);
    this.#watchers.delete(watcher);
    return seen >= count;
  }

  #slot(index: number): Slot {
    const slot = this.#slots[index];
    if (slot === undefined) throw new Error(`there is no worker ${index}`);
    return slot;
  }

  #heard(slot: Slot, line: LogLine): void {
    for (const watcher of this.#watchers) watcher(line);
    if (line.event === "job_ended") {
      const { guid, outcome } = jobEnded.parse(line);
      // A worker accepts posts even while it has no broker, and has not recovered then.
      if (line["origin"] === "pulse") slot.endedAtMs = Date.now();
      slot.told.add(guid, outcome);
      this.told.add(guid, outcome);
      return;
    }
    if (line.event === "bug") this.bugs.push(JSON.stringify(line));
    const lost = queueLost.safeParse(line);
    if (!lost.success) return;
    const { time, gap_ms, last_empty_at } = lost.data;
    const toMs = Date.parse(time);
    this.gaps.push({ fromMs: toMs - gap_ms, toMs, sinceMs: Date.parse(last_empty_at) });
  }
}
