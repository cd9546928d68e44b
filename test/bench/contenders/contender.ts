import type { WorkerStory } from "../../story/a-running-worker.ts";
import type { MessageMix } from "../message-mix.ts";

/** A way to drain a queue. Contenders take turns, so that their rates can be compared. */
export type ContenderName =
  | "limit"
  | "sqlite"
  | "mongodb"
  | "physicalSqlite"
  | "physicalMongodb"
  | "plain"
  | "archive"
  | "retention"
  | "full"
  | "rest";

/** A queue that is used for one drain only. */
export interface BenchQueue {
  readonly story: WorkerStory;
  /** The value for the worker's setting QUEUE_NAME. */
  readonly name: string;
  /** The queue's name on the broker. */
  readonly path: string;
  /** The messages in the queue. */
  readonly mix: MessageMix;
}

/** Processes whose CPU time is measured. */
export type CountedProcess = "worker" | "broker" | "postgresql" | "ferretdb" | "mongod";

/** The result of one drain. */
export interface Drain {
  readonly jobs_per_s: number;
  /** CPU time in microseconds per job message. A process that did not run, or runs in a container, is missing. */
  readonly cpu_us_per_job: Readonly<Partial<Record<CountedProcess, number>>>;
  /** Null for consumers that are not the worker. */
  readonly peak_rss_mib: number | null;
  /** Figures that only this contender reports. */
  readonly besides: Readonly<Record<string, number>>;
}

export interface Contender {
  /** Which messages it drains. Databases get fewer messages, because they are slower. */
  readonly drains: "many" | "few";
  /** False if it uses only the mix: its queue is then not declared. */
  readonly needsQueue: boolean;
  /**
   * Drains the queue once.
   *
   * @param folder - stays from round to round, and is removed after the last one.
   * @throws Error if a message did not end as it should, because the figure would be wrong.
   */
  readonly run: (queue: BenchQueue, folder: string) => Promise<Drain>;
}

/** The drains of each contender that took part, by round. */
export type Drains = Readonly<Record<ContenderName, readonly Drain[]>>;
