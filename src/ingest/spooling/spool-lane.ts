import { Unavailable } from "../../domain/faults.ts";
import type { Log } from "../../log.ts";
import type { Counters } from "../../metrics/counters.ts";
import type { Spool } from "../../spool/open-spool.ts";
import type { FrontLimits } from "../../spool/spool-reads.ts";
import type { SpoolEntry } from "../../spool/spool-row.ts";
import { Wake } from "../../timing/wake.ts";
import type { JobCount } from "../progress/count-jobs.ts";
import type { Departures } from "../progress/departures.ts";
import type { MessageProgress } from "../progress/message-progress.ts";
import type { PatientStore } from "../progress/patient-store.ts";
import type { StoreHold } from "../progress/store-hold.ts";
import type { IngestStore, MessageWriter } from "../write/message-writer.ts";
import { drainSpool } from "./drain-spool.ts";
import type { SpooledMessages } from "./spooled-messages.ts";

export interface SpoolLaneOptions {
  readonly spooled: SpooledMessages;
  readonly limits: FrontLimits;
  readonly writer: MessageWriter;
  /** Waits without a time limit. */
  readonly store: PatientStore<IngestStore>;
  readonly hold: StoreHold;
  readonly count: JobCount;
  readonly departures: Departures;
  readonly counters: Counters;
  /** Aborted at the end of all work. */
  readonly stop: AbortController;
  readonly log: Log;
}

/** How long to wait before a full spool is tried again if no delivery leaves it. */
const FULL_RETRY_MS = 1000;
/** While the spool is drained, one delivery may enter for this many that leave. So it becomes empty however many arrive. */
const DRAINED_PER_TAKEN = 2;

/**
 * Passes deliveries through the spool: they enter at its end while the store is away, and leave from its front when the store is
 * back. While the spool is not empty, all new deliveries go through it, to keep them in order.
 */
export class SpoolLane {
  readonly #options: SpoolLaneOptions;
  readonly #drainedSome = new Wake();
  #drained = 0;
  #draining: Promise<void> | null = null;
  #trouble: string | null = null;
  /** Whether `spool_full` has been logged since the spool was last empty. The spool may be full again with every batch. */
  #isFullLogged = false;
  #isClosing = false;
  #canHandBack = (): boolean => true;

  /** Immediately starts to drain the deliveries that earlier workers left. */
  constructor(options: SpoolLaneOptions) {
    this.#options = options;
    options.count.takenOver(options.spooled.spool.takenOver);
    this.#noteLoad();
    this.#startDrain();
  }

  get #spool(): Spool {
    return this.#options.spooled.spool;
  }

  get isEmpty(): boolean {
    return this.#spool.load.deliveries === 0;
  }

  /** Returns why the spool accepts no more deliveries, or null if there is room. */
  trouble(): string | null {
    return this.#trouble;
  }

  /**
   * Appends a batch to the spool. Resolves with true once the batch is durable, or with false if it could not be written or the spool is
   * empty now.
   */
  async take(batch: readonly MessageProgress[]): Promise<boolean> {
    const { hold, count, log } = this.#options;
    const isFirst = this.isEmpty;
    if (!isFirst && !(await this.#letDrain(batch.length))) return false;
    try {
      this.#spool.append(batch.flatMap(toEntry));
    } catch (error) {
      if (!(error instanceof Unavailable)) log.error("bug", { what: "writing to the spool", error });
      await this.#refused(error instanceof Error ? error.message : String(error));
      return false;
    }
    this.#trouble = null;
    if (isFirst) log.warn("spool_started", { deliveries: batch.length, store: hold.trouble });
    for (const progress of batch) count.spooled(progress);
    this.#noteLoad();
    this.#startDrain();
    return true;
  }

  /** Ends all waiting for the spool to be drained. Call it when the store has gone away. */
  storeAway(): void {
    this.#drainedSome.all();
  }

  /**
   * Announces the shutdown: from now on the lane no longer waits.
   *
   * @param canHandBack - while it returns false, the lane still waits for room and for the store, until all work is stopped.
   */
  closing(canHandBack: () => boolean): void {
    this.#isClosing = true;
    this.#canHandBack = canHandBack;
    this.#drainedSome.all();
  }

  /** Resolves when draining has ended. Call it after all work is stopped. Remaining deliveries stay on the disk. */
  async ended(): Promise<void> {
    await this.#draining;
  }

  /** Waits before the next try. During that time the deliveries in progress fill the prefetch window, so the broker stops sending. */
  async #refused(reason: string): Promise<void> {
    const { stop, log } = this.#options;
    if (!this.#isFullLogged) log.error("spool_full", { reason, ...this.#spool.load });
    this.#isFullLogged = true;
    this.#trouble = reason;
    // At a shutdown there is no point in waiting. Deliveries without room are returned to the broker.
    if (this.#isClosing && this.#canHandBack()) stop.abort();
    else await this.#drainedSome.wait(FULL_RETRY_MS);
  }

  /**
   * Waits until more deliveries have left the spool than are about to enter it, as long as the store accepts them. Returns false if the
   * spool is empty now.
   */
  async #letDrain(incoming: number): Promise<boolean> {
    const goal = this.#drained + DRAINED_PER_TAKEN * incoming;
    const { hold } = this.#options;
    while (!this.isEmpty && hold.trouble === null && !this.#isClosing && this.#drained < goal) {
      const before = this.#drained;
      await this.#drainedSome.wait(FULL_RETRY_MS);
      // No delivery has left although the store is not known to be away, so the store does not answer.
      if (this.#drained === before) break;
    }
    return !this.isEmpty;
  }

  #startDrain(): void {
    if (this.#draining !== null || this.isEmpty || this.#options.stop.signal.aborted) return;
    this.#draining = this.#drain().finally(() => {
      this.#draining = null;
      // Something may have arrived after the spool was seen empty.
      this.#startDrain();
    });
  }

  async #drain(): Promise<void> {
    const { stop, hold, departures, count, ...options } = this.#options;
    for await (const drained of drainSpool({ ...options, stop: stop.signal })) {
      for (const { progress, spooledJobs, isBack } of drained) {
        if (isBack) count.ended([progress], () => [], spooledJobs);
        else departures.ended([progress], spooledJobs);
      }
      this.#drained += drained.length;
      if (drained.length > 0) {
        hold.settled();
        this.#trouble = null;
      }
      if (this.isEmpty) this.#isFullLogged = false;
      this.#noteLoad();
      this.#drainedSome.all();
    }
  }

  #noteLoad(): void {
    const { counters } = this.#options;
    const { jobs, bytes } = this.#spool.load;
    counters.spooledJobs.set(jobs);
    counters.spooledBytes.set(bytes);
    try {
      counters.spoolOldest.atMs = this.#spool.oldestAtMs();
    } catch (error) {
      // The next write reports and handles the problem with the disk.
      if (!(error instanceof Unavailable)) throw error;
    }
  }
}

function toEntry({ message, counted }: MessageProgress): SpoolEntry[] {
  return message.spoolable === null ? [] : [{ delivery: message.spoolable, jobs: counted }];
}
