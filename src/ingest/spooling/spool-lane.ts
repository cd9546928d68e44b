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
  /** Waits as long as it takes. */
  readonly store: PatientStore<IngestStore>;
  readonly hold: StoreHold;
  readonly count: JobCount;
  readonly departures: Departures;
  readonly counters: Counters;
  /** Aborted at the end of all work. */
  readonly stop: AbortController;
  readonly log: Log;
}

/** How long to wait before a full spool is tried again if nothing leaves it. */
const FULL_RETRY_MS = 1000;
/** While the spool empties, one delivery may go in for this many that go out. So it becomes empty however many arrive. */
const DRAINED_PER_TAKEN = 2;

/**
 * The way through the spool: deliveries go in at its end while the store is away, and out at its front when it is back. While
 * the spool holds anything, everything that arrives takes this way, so that the order stays.
 */
export class SpoolLane {
  readonly #options: SpoolLaneOptions;
  readonly #drainedSome = new Wake();
  #drained = 0;
  #draining: Promise<void> | null = null;
  #trouble: string | null = null;
  /** Logged once between full and empty, because in between the spool may be full again with every batch. */
  #isFullLogged = false;
  #isClosing = false;
  #canHandBack = (): boolean => true;

  /** Begins at once to drain what earlier workers left. */
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

  /** Why nothing more goes in; null if there is room. */
  trouble(): string | null {
    return this.#trouble;
  }

  /** Puts a batch into the spool. Durable when it resolves with true. False: there was no room, or the spool is empty now. */
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

  /** To be called when the store has gone away: then nobody waits any longer for the spool to empty. */
  storeAway(): void {
    this.#drainedSome.all();
  }

  /**
   * Announces the end: from now on nothing is waited for.
   *
   * @param canHandBack - while it returns false, room and the store are still waited for, until the end of all work.
   */
  closing(canHandBack: () => boolean): void {
    this.#isClosing = true;
    this.#canHandBack = canHandBack;
    this.#drainedSome.all();
  }

  /** Resolves when nothing leaves any more. Call it after the end of all work. What is left stays on the disk. */
  async ended(): Promise<void> {
    await this.#draining;
  }

  /** Waits. Meanwhile the deliveries in progress fill the prefetch window, and the broker sends no more. */
  async #refused(reason: string): Promise<void> {
    const { stop, log } = this.#options;
    if (!this.#isFullLogged) log.error("spool_full", { reason, ...this.#spool.load });
    this.#isFullLogged = true;
    this.#trouble = reason;
    // At the end there is nothing to wait for. What has no room is returned to the broker.
    if (this.#isClosing && this.#canHandBack()) stop.abort();
    else await this.#drainedSome.wait(FULL_RETRY_MS);
  }

  /** While the store takes what leaves the spool, waits until more has left than arrives. False: the spool is empty now. */
  async #letDrain(incoming: number): Promise<boolean> {
    const goal = this.#drained + DRAINED_PER_TAKEN * incoming;
    const { hold } = this.#options;
    while (!this.isEmpty && hold.trouble === null && !this.#isClosing && this.#drained < goal) {
      const before = this.#drained;
      await this.#drainedSome.wait(FULL_RETRY_MS);
      // Nothing has left although the store is not known to be away: it does not answer.
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
      // The next write reports the disk, and deals with it.
      if (!(error instanceof Unavailable)) throw error;
    }
  }
}

function toEntry({ message, counted }: MessageProgress): SpoolEntry[] {
  return message.spoolable === null ? [] : [{ delivery: message.spoolable, jobs: counted }];
}
