import { Unavailable } from "../../domain/faults.ts";
import type { Log } from "../../log.ts";
import type { Counters } from "../../metrics/counters.ts";
import type { Spool } from "../../spool/open-spool.ts";
import type { FrontLimits } from "../../spool/spool-reads.ts";
import { Wake } from "../../timing/wake.ts";
import type { JobCount } from "../progress/count-jobs.ts";
import type { DeliveryInHand } from "../progress/in-hand.ts";
import type { StoreHold } from "../progress/store-hold.ts";
import type { DeliveryEnder } from "../write/end-deliveries.ts";
import { drainSpool } from "./drain-spool.ts";

export interface SpoolLaneOptions {
  readonly spool: Spool;
  readonly limits: FrontLimits;
  readonly ender: DeliveryEnder;
  readonly store: StoreHold;
  readonly count: JobCount;
  readonly counters: Counters;
  /** Told of each delivery that has ended and left the spool. */
  readonly onEnded: (inHand: DeliveryInHand) => void;
  /** Aborted for the end of all work. */
  readonly stop: AbortController;
  readonly log: Log;
}

/** How soon a full spool is tried again when nothing leaves it. */
const FULL_RETRY_MS = 1000;
/** While the spool empties, one delivery goes in for so many that go out: so it gets empty however many come. */
const DRAINED_PER_TAKEN = 2;

/**
 * The way through the spool: in at its end while the store is away, out at its front once it is back. While it holds
 * anything, all that comes goes this way, so that order stays.
 */
export class SpoolLane {
  readonly #options: SpoolLaneOptions;
  readonly #drainedSome = new Wake();
  #drained = 0;
  #draining: Promise<void> | null = null;
  #trouble: string | null = null;
  /** Once from full to empty: in between it may be full again with every batch. */
  #isFullTold = false;
  #isClosing = false;
  #canHandBack = (): boolean => true;

  /** What earlier workers left begins to leave at once. */
  constructor(options: SpoolLaneOptions) {
    this.#options = options;
    options.count.takenOver(options.spool.takenOver);
    this.#keepDraining();
  }

  get isEmpty(): boolean {
    return this.#options.spool.load.deliveries === 0;
  }

  /** Why nothing more goes in; null: it has room. */
  trouble(): string | null {
    return this.#trouble;
  }

  /** The batch is durable here once this resolves with true. False: there was no room, or it got empty meanwhile. */
  async take(batch: readonly DeliveryInHand[]): Promise<boolean> {
    const { spool, store, count, log } = this.#options;
    const isFirst = this.isEmpty;
    if (!isFirst && !(await this.#letDrain(batch.length))) return false;
    try {
      spool.append(batch.map(({ delivery, counted }) => ({ delivery, jobs: counted })));
    } catch (error) {
      if (!(error instanceof Unavailable)) log.error("bug", { what: "writing to the spool", error });
      await this.#refused(error instanceof Error ? error.message : String(error));
      return false;
    }
    this.#trouble = null;
    if (isFirst) log.warn("spool_started", { deliveries: batch.length, store: store.trouble });
    for (const inHand of batch) count.spooled(inHand);
    this.#keepDraining();
    return true;
  }

  /** The store has gone away: who waits for the spool to empty need wait no longer. */
  storeAway(): void {
    this.#drainedSome.all();
  }

  /**
   * From now on nothing is waited for.
   *
   * @param canHandBack - false: but for room, or the store, until the end of all work.
   */
  closing(canHandBack: () => boolean): void {
    this.#isClosing = true;
    this.#canHandBack = canHandBack;
    this.#drainedSome.all();
  }

  /** Resolves once nothing leaves any more, to be called after the end of all work; what is left stays on the disk. */
  async ended(): Promise<void> {
    await this.#draining;
  }

  /** The worker stops taking: what it holds fills the prefetch window, and the broker sends no more. */
  async #refused(reason: string): Promise<void> {
    const { spool, stop, log } = this.#options;
    if (!this.#isFullTold) log.error("spool_full", { reason, ...spool.load });
    this.#isFullTold = true;
    this.#trouble = reason;
    // At the end there is nothing to wait for: what has no room goes back to the broker.
    if (this.#isClosing && this.#canHandBack()) stop.abort();
    else await this.#drainedSome.wait(FULL_RETRY_MS);
  }

  /** While the store takes what leaves the spool, waits for more to leave than comes. False: it is empty now. */
  async #letDrain(incoming: number): Promise<boolean> {
    const goal = this.#drained + DRAINED_PER_TAKEN * incoming;
    const { store } = this.#options;
    while (!this.isEmpty && store.trouble === null && !this.#isClosing && this.#drained < goal) {
      const before = this.#drained;
      await this.#drainedSome.wait(FULL_RETRY_MS);
      // Neither drained nor known to be away: the store does not answer.
      if (this.#drained === before) break;
    }
    return !this.isEmpty;
  }

  #keepDraining(): void {
    this.#noteLoad();
    const { spool, limits, ender, store, count, stop, log } = this.#options;
    if (this.#draining !== null || this.isEmpty || stop.signal.aborted) return;
    this.#draining = drainSpool({
      spool,
      limits,
      ender,
      hold: store.forAsLongAsItTakes,
      stop: stop.signal,
      onEnded: (inHand, outcomes, spooledJobs) => {
        count.ended(inHand, outcomes, spooledJobs);
        this.#options.onEnded(inHand);
      },
      onProgress: (deliveries) => this.#progressed(deliveries),
      log,
    }).finally(() => {
      this.#draining = null;
      // Something may have come since it was seen empty.
      this.#keepDraining();
    });
  }

  #progressed(deliveries: number): void {
    this.#drained += deliveries;
    if (deliveries > 0) {
      this.#options.store.answered();
      this.#trouble = null;
    }
    if (this.isEmpty) this.#isFullTold = false;
    this.#noteLoad();
    this.#drainedSome.all();
  }

  #noteLoad(): void {
    const { spool, counters } = this.#options;
    const { jobs, bytes } = spool.load;
    counters.spooledJobs.set(jobs);
    counters.spooledBytes.set(bytes);
    try {
      counters.spoolOldest.atMs = spool.oldestAtMs();
    } catch (error) {
      // The next one that needs the disk says so, and deals with it.
      if (!(error instanceof Unavailable)) throw error;
    }
  }
}
