import { settle } from "../ack/settlement.ts";
import type { Counters } from "../counters.ts";
import type { Delivery, Outcome, Settlement } from "../domain/delivery.ts";
import { Unavailable } from "../domain/faults.ts";
import type { Log } from "../log.ts";
import type { Spool } from "../spool/open-spool.ts";
import type { Store } from "../store/store.ts";
import { BatchCollector, type BatchLimits } from "./collect-batch.ts";
import { JobCount } from "./count-jobs.ts";
import { drainSpool } from "./drain-spool.ts";
import { DeliveryEnder, guidOf } from "./end-deliveries.ts";
import { holdWhileAway } from "./hold-while-away.ts";
import { type DeliveryInHand, hasEnded } from "./in-hand.ts";
import type { Verdict } from "./judge-delivery.ts";
import { StallWatch } from "./stall-watch.ts";
import { Wake } from "./wake.ts";

export interface IngestOptions {
  /** Decode, validate, normalise: pure. */
  readonly judge: (delivery: Delivery) => readonly Verdict[];
  readonly store: Pick<Store, "storeSubmissions" | "recordRejections" | "enterSuspect" | "clearSuspect">;
  /** Where deliveries go while the store is away for long; null: they are held, and the broker's queue grows. */
  readonly spool: Spool | null;
  /** How long the store may be away before the spool is used, in milliseconds. */
  readonly spoolAfterMs: number;
  readonly batch: BatchLimits;
  readonly rejectionMaxBytes: number;
  /** A message that so many workers died of is set aside; at least 2. */
  readonly maxAttempts: number;
  /** Log how each job ended, at level `debug`: for a demonstration or a hunt, not for every day. */
  readonly tellEachJob: boolean;
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
   */
  drain(limitMs: number): Promise<void>;
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

/** How soon a full spool is tried again when nothing leaves it. */
const FULL_RETRY_MS = 1000;
/** While the spool empties, one delivery goes in for so many that go out: so it gets empty however many come. */
const DRAINED_PER_TAKEN = 2;

/** Joins decode, validate, normalise, store: every delivery's jobs end in exactly one outcome each, counted. */
export function createIngest(options: IngestOptions): Ingest {
  const { counters, log, spool } = options;
  const collector = new BatchCollector<Held>(options.batch);
  const stop = new AbortController();
  const count = new JobCount(counters);
  const ender = new DeliveryEnder({ ...options, count });
  const stall = new StallWatch();
  const drainedSome = new Wake();
  let drained = 0;
  let draining: Promise<void> | null = null;
  let trouble: string | null = null;
  let spoolTrouble: string | null = null;
  /** Once from full to empty: in between it may be full again with every batch. */
  let isFullTold = false;
  let isClosing = false;

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
      // Judged while the writer is busy; but not what goes to the spool, to be judged when it leaves it, nor a suspect.
      if (!held.isSuspect && isSpoolEmpty()) held.counted = ender.judge(held).length;
      count.received(held);
      collector.add(held);
    });
  }

  const isSpoolEmpty = (): boolean => spool === null || spool.load.deliveries === 0;

  function hold(giveUpAfterMs: number | null) {
    return async <T>(work: () => Promise<T>): Promise<T> => {
      try {
        return await holdWhileAway(work, { stop: stop.signal, giveUpAfterMs, onAway, onBack });
      } catch (error) {
        if (error instanceof Unavailable) trouble = error.message;
        throw error;
      }
    };
  }

  function onAway(error: Unavailable, attempt: number): void {
    counters.storeTries.inc();
    trouble = error.message;
    // Who waits for the spool to empty need wait no longer.
    drainedSome.all();
    // Once at the beginning, then ever more rarely: an outage is one event, not a flood.
    if (Number.isInteger(Math.log2(attempt + 1))) log.warn("store_away", { attempt: attempt + 1, error });
  }

  function onBack(attempts: number): void {
    trouble = null;
    stall.restarted(performance.now());
    log.info("store_back", { attempts });
  }

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

  /** Gives those that have not ended, the store having been away for too long. */
  async function writeToStore(batch: readonly Held[]): Promise<readonly Held[]> {
    await ender.end(batch, hold(spool === null ? null : options.spoolAfterMs));
    const ended = batch.filter(hasEnded);
    for (const held of ended) {
      const outcomes = outcomesOf(held);
      count.ended(held, outcomes);
      tell(held);
      held.settled(settle(outcomes));
    }
    if (ended.length === batch.length) trouble = null;
    tellStored(ended);
    return batch.filter((held) => !hasEnded(held));
  }

  /** False: there was no room, or the spool got empty meanwhile. */
  async function writeToSpool(batch: readonly Held[]): Promise<boolean> {
    if (spool === null) return false;
    const isFirst = isSpoolEmpty();
    if (!isFirst && !(await letDrain(batch.length))) return false;
    try {
      spool.append(batch.map(({ delivery, counted }) => ({ delivery, jobs: counted })));
    } catch (error) {
      if (!(error instanceof Unavailable)) log.error("bug", { what: "writing to the spool", error });
      await refused(error instanceof Error ? error.message : String(error));
      return false;
    }
    spoolTrouble = null;
    if (isFirst) log.warn("spool_started", { deliveries: batch.length, store: trouble });
    for (const held of batch) {
      count.spooled(held);
      held.settled("ack");
    }
    keepDraining();
    return true;
  }

  /** The worker stops taking: what it holds fills the prefetch window, and the broker sends no more. */
  async function refused(reason: string): Promise<void> {
    if (!isFullTold) log.error("spool_full", { reason, ...spool?.load });
    isFullTold = true;
    spoolTrouble = reason;
    // At the end there is nothing to wait for: what has no room goes back to the broker.
    if (isClosing) stop.abort();
    else await drainedSome.wait(FULL_RETRY_MS);
  }

  /** While the store takes what leaves the spool, waits for more to leave than comes. False: it is empty now. */
  async function letDrain(incoming: number): Promise<boolean> {
    const goal = drained + DRAINED_PER_TAKEN * incoming;
    while (!isSpoolEmpty() && trouble === null && !isClosing && drained < goal) {
      const before = drained;
      await drainedSome.wait(FULL_RETRY_MS);
      // Neither drained nor known to be away: the store does not answer.
      if (drained === before) break;
    }
    return !isSpoolEmpty();
  }

  function keepDraining(): void {
    noteLoad();
    if (draining !== null || spool === null || isSpoolEmpty() || stop.signal.aborted) return;
    draining = drainSpool({
      spool,
      limits: options.batch,
      ender,
      hold: hold(null),
      stop: stop.signal,
      onEnded(inHand, outcomes, spooledJobs) {
        count.ended(inHand, outcomes, spooledJobs);
        tell(inHand);
        tellStored([inHand]);
      },
      onProgress(deliveries) {
        drained += deliveries;
        if (deliveries > 0) {
          trouble = null;
          spoolTrouble = null;
        }
        if (isSpoolEmpty()) isFullTold = false;
        noteLoad();
        drainedSome.all();
      },
      log,
    }).finally(() => {
      draining = null;
      // Something may have come since it was seen empty.
      keepDraining();
    });
  }

  function noteLoad(): void {
    if (spool === null) return;
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

  function handBack(held: Held): void {
    const outcomes = held.jobs === null ? (["failed"] as const) : outcomesOf(held);
    count.ended(held, outcomes);
    held.settled(settle(outcomes));
  }

  function tellStored(ended: readonly DeliveryInHand[]): void {
    const isStored = ended.some(({ jobs }) =>
      jobs?.some(({ outcome }) => outcome === "stored" || outcome === "unchanged"),
    );
    if (isStored) options.onStored?.();
  }

  function tell({ delivery, jobs }: DeliveryInHand): void {
    if (!options.tellEachJob) return;
    const { exchange, routingKey } = delivery;
    for (const { verdict, outcome } of jobs ?? []) {
      log.debug("job_ended", { exchange, routing_key: routingKey, guid: guidOf(verdict), outcome });
    }
  }

  if (spool !== null) count.takenOver(spool.takenOver);
  keepDraining();
  const writer = write();

  return {
    handle,
    async drain(limitMs) {
      isClosing = true;
      drainedSome.all();
      collector.close();
      const timer = setTimeout(() => stop.abort(), limitMs);
      if (trouble !== null) stop.abort();
      await writer;
      // What is in the spool is durable there, for the next worker: it is not waited for.
      stop.abort();
      await draining;
      clearTimeout(timer);
    },
    storeTrouble: () => trouble,
    spoolTrouble: () => spoolTrouble,
    stalledMs: () => stall.stalledMs(performance.now()),
  };
}

function outcomesOf({ jobs }: DeliveryInHand): Outcome[] {
  return (jobs ?? []).map(({ outcome }) => outcome ?? "failed");
}
