import { settle } from "../broker/consume/settlement.ts";
import type { Delivery, Settlement } from "../domain/delivery.ts";
import type { ReadDelivery } from "../judge/judge-delivery.ts";
import type { Log } from "../log.ts";
import type { Counters } from "../metrics/counters.ts";
import type { Spool } from "../spool/open-spool.ts";
import type { SubmissionStore } from "../store/ports/submission-store.ts";
import type { SuspectLedger } from "../store/ports/suspect-ledger.ts";
import { BatchCollector, type BatchLimits } from "./collect-batch.ts";
import { JobCount } from "./progress/count-jobs.ts";
import { createExchangeLabels } from "./progress/exchange-labels.ts";
import { type DeliveryInHand, hasEnded, outcomesOf } from "./progress/in-hand.ts";
import { StoreHold } from "./progress/store-hold.ts";
import { SpoolLane } from "./spooling/spool-lane.ts";
import { StallWatch } from "./stall-watch.ts";
import type { SuspectsNote } from "./suspects/suspects-note.ts";
import { DeliveryEnder } from "./write/end-deliveries.ts";

export interface IngestOptions {
  /** Decodes a delivery, and judges its jobs one by one when asked to: pure. */
  readonly read: (delivery: Delivery) => ReadDelivery;
  readonly store: Pick<SubmissionStore, "storeSubmissions" | "recordRejections"> & SuspectLedger;
  /** Where deliveries go while the store is away for long; null: they are held, and the broker's queue grows. */
  readonly spool: Spool | null;
  /** What must leave the ledger of suspects once the store is back. */
  readonly suspectsNote: SuspectsNote;
  /** How long the store may be away before the spool is used, in milliseconds. */
  readonly spoolAfterMs: number;
  readonly batch: BatchLimits;
  readonly rejectionMaxBytes: number;
  /** Whose daily quota the rejections of an exchange take: its own, or one that several share. */
  readonly quotaOf: (exchange: string) => string;
  /** A message that so many workers died of is set aside; at least 2. */
  readonly maxAttempts: number;
  /** Log how each job ended, at level `debug`: for a demonstration or a hunt, not for every day. */
  readonly tellEachJob: boolean;
  /** The exchanges of the registry in force; jobs of any other are counted as `other`. */
  readonly listedExchanges: () => readonly string[];
  readonly counters: Counters;
  readonly log: Log;
  /** Told after a batch that stored something, e.g. to wake those who wait for logs to read. */
  readonly onStored?: () => void;
}

/** The stages joined: a handler to give to a source. */
export interface Ingest {
  /**
   * Resolves once everything that the delivery caused is durable, in the store or in the spool, or it is to be handed
   * back. Never rejects.
   */
  handle(delivery: Delivery): Promise<Settlement>;
  /**
   * Ends the work: what is in hand is written; past the limit, or while the store is away, it goes to the spool, else
   * it is handed back. To be called when no more deliveries come. What is in the spool stays there.
   *
   * @param canHandBack - false while something in hand came over a channel that is lost: then a store that is away is
   * waited for until the limit, for the broker may have lost it, too.
   */
  drain(limitMs: number, canHandBack: () => boolean): Promise<void>;
  /** Why the store did not take the batch in work; null: it does, or nothing waits. */
  storeTrouble(): string | null;
  /** Why nothing more goes into the spool; null: it has room, or there is none. */
  spoolTrouble(): string | null;
  /** How long deliveries have been in hand without one that ended, in milliseconds; 0: none is in hand. */
  stalledMs(): number;
}

interface Held extends DeliveryInHand {
  readonly settled: (settlement: Settlement) => void;
}

/** Joins decode, validate, normalise, store: every delivery's jobs end in exactly one outcome each, counted. */
export function createIngest(options: IngestOptions): Ingest {
  const { counters, log } = options;
  const collector = new BatchCollector<Held>(options.batch);
  const stop = new AbortController();
  const count = new JobCount(counters, createExchangeLabels(options.listedExchanges));
  const ender = new DeliveryEnder({ ...options, count });
  const stall = new StallWatch();
  const store = new StoreHold({
    stop: stop.signal,
    counters,
    onAway: () => spool?.storeAway(),
    onBack: () => stall.restarted(performance.now()),
    log,
  });
  const spool = options.spool === null ? null : laneOf(options.spool);

  function laneOf(opened: Spool): SpoolLane {
    const onEnded = (inHand: DeliveryInHand): void => {
      tell(inHand);
      tellStored([inHand]);
    };
    const { batch: limits } = options;
    return new SpoolLane({ spool: opened, limits, ender, store, count, counters, onEnded, stop, log });
  }

  function handle(delivery: Delivery): Promise<Settlement> {
    return new Promise((resolve) => {
      stall.taken(performance.now());
      const settled = (settlement: Settlement): void => {
        stall.ended(performance.now());
        resolve(settlement);
      };
      const held: Held = {
        delivery,
        isSuspect: delivery.redelivered,
        bytes: delivery.body.length,
        jobs: null,
        counted: 1,
        settled,
      };
      // What goes to the spool is judged when it leaves it, and a suspect once it stands in the ledger.
      if (!held.isSuspect && isSpoolEmpty()) ender.judgeEarly(held);
      count.received(held);
      collector.add(held);
    });
  }

  const isSpoolEmpty = (): boolean => spool === null || spool.isEmpty;

  async function write(): Promise<void> {
    for (let batch = await collector.take(); batch !== null; batch = await collector.take()) {
      let rest: readonly Held[] = batch;
      while (rest.length > 0) {
        if (isSpoolEmpty()) rest = await writeToStore(rest);
        if (rest.length > 0 && (await writeToSpool(rest))) break;
        if (stop.signal.aborted) {
          for (const held of rest) handBack(held);
          break;
        }
      }
    }
  }

  /** Gives those that have not ended, the store having been away for too long, or at the end of all work. */
  async function writeToStore(batch: readonly Held[]): Promise<readonly Held[]> {
    const patienceMs = spool === null ? null : options.spoolAfterMs;
    let rest = batch;
    while (rest.length > 0) {
      const isThere = await ender.endSome(rest, (work) => store.for(work, patienceMs));
      settleEnded(rest.filter(hasEnded));
      rest = rest.filter((held) => !hasEnded(held));
      if (!isThere) break;
      store.answered();
      // A delivery of many jobs ends late, and gets on all the same.
      stall.restarted(performance.now());
      // A message of many jobs could go on for long.
      if (stop.signal.aborted) break;
    }
    return rest;
  }

  function settleEnded(ended: readonly Held[]): void {
    for (const held of ended) {
      const outcomes = outcomesOf(held);
      count.ended(held, outcomes);
      tell(held);
      held.settled(settle(outcomes));
    }
    tellStored(ended);
  }

  /** False: it is to be tried again, or there is no spool. */
  async function writeToSpool(batch: readonly Held[]): Promise<boolean> {
    if (spool === null || !(await spool.take(batch))) return false;
    for (const held of batch) held.settled("ack");
    return true;
  }

  function handBack(held: Held): void {
    const outcomes = outcomesOf(held);
    count.ended(held, outcomes);
    held.settled(settle(outcomes));
  }

  function tellStored(ended: readonly DeliveryInHand[]): void {
    const isStored = ended.some(({ jobs }) =>
      jobs?.ends.some(({ outcome }) => outcome === "stored" || outcome === "unchanged"),
    );
    if (isStored) options.onStored?.();
  }

  function tell({ delivery, jobs }: DeliveryInHand): void {
    if (!options.tellEachJob) return;
    const { exchange, routingKey } = delivery;
    for (const { guid, outcome } of jobs?.ends ?? []) {
      log.debug("job_ended", { exchange, routing_key: routingKey, guid, outcome });
    }
  }

  const writer = write();

  return {
    handle,
    async drain(limitMs, canHandBack) {
      spool?.closing(canHandBack);
      collector.close();
      const timer = setTimeout(() => stop.abort(), limitMs);
      if (store.trouble !== null && canHandBack()) stop.abort();
      await writer;
      // What is in the spool is durable there, for the next worker: it is not waited for.
      stop.abort();
      await spool?.ended();
      await ender.leave(store.forAsLongAsItTakes);
      clearTimeout(timer);
    },
    storeTrouble: () => store.trouble,
    spoolTrouble: () => spool?.trouble() ?? null,
    stalledMs: () => stall.stalledMs(performance.now()),
  };
}
