import { settle } from "../ack/settlement.ts";
import type { Counters } from "../counters.ts";
import type { Delivery, Outcome, Settlement } from "../domain/delivery.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";
import { BatchCollector, type BatchLimits } from "./collect-batch.ts";
import { holdWhileAway } from "./hold-while-away.ts";
import type { Verdict } from "./judge-delivery.ts";
import { afterBug, type JobInHand, storeBatch } from "./store-batch.ts";

export interface IngestOptions {
  /** Decode, validate, normalise: pure. */
  readonly judge: (delivery: Delivery) => readonly Verdict[];
  readonly store: Pick<Store, "storeSubmissions" | "recordRejections">;
  readonly batch: BatchLimits;
  readonly rejectionMaxBytes: number;
  /** Log how each job ended, at level `debug`: for a demonstration or a hunt, not for every day. */
  readonly tellEachJob: boolean;
  readonly counters: Counters;
  readonly log: Log;
  /** Told after a batch that stored something, e.g. to wake those who wait for logs to read. */
  readonly onStored?: () => void;
}

/** The stages joined: a handler to give to a source. */
export interface Ingest {
  /** Resolves once everything that the delivery caused is durable, or it is to be handed back. Never rejects. */
  handle(delivery: Delivery): Promise<Settlement>;
  /**
   * Ends the work: what is in hand is written; past the limit, or while the store is away, it is handed back.
   * To be called when no more deliveries come.
   */
  drain(limitMs: number): Promise<void>;
  /** Why the store did not take the batch in work; null: it does, or nothing waits. */
  storeTrouble(): string | null;
}

interface DeliveryInHand {
  readonly jobs: readonly JobInHand[];
  readonly bytes: number;
  readonly delivery: Delivery;
  readonly settled: (settlement: Settlement) => void;
}

/** Joins decode, validate, normalise, store: every delivery's jobs end in exactly one outcome each, counted. */
export function createIngest(options: IngestOptions): Ingest {
  const { counters, log } = options;
  const collector = new BatchCollector<DeliveryInHand>(options.batch);
  const stop = new AbortController();
  let trouble: string | null = null;

  function handle(delivery: Delivery): Promise<Settlement> {
    const jobs = judge(delivery).map((verdict): JobInHand => ({ delivery, verdict, outcome: null }));
    counters.received.inc({ exchange: delivery.exchange }, jobs.length);
    counters.inHand.inc(jobs.length);
    return new Promise((settled) => {
      collector.add({ jobs, bytes: delivery.body.length, delivery, settled });
    });
  }

  /** A bug in a pure stage costs this delivery alone: handed back once, then set aside. */
  function judge(delivery: Delivery): readonly JobInHand["verdict"][] {
    try {
      return options.judge(delivery);
    } catch (error) {
      reportBug(delivery, null, error);
      const end = afterBug(delivery, error);
      if (end === "failed") return [{ kind: "failed" }];
      return [{ kind: "rejected", fault: end, payload: undefined, project: null, task_id: null }];
    }
  }

  function hold<T>(work: () => Promise<T>): Promise<T> {
    return holdWhileAway(work, {
      stop: stop.signal,
      onAway: (error, attempt) => {
        counters.storeTries.inc();
        trouble = error.message;
        // Once at the beginning, then ever more rarely: an outage is one event, not a flood.
        if (Number.isInteger(Math.log2(attempt + 1))) log.warn("store_away", { attempt: attempt + 1, error });
      },
      onBack: (attempts) => {
        trouble = null;
        log.info("store_back", { attempts });
      },
    });
  }

  function reportBug(delivery: Delivery, guid: string | null, error: unknown): void {
    const { exchange, routingKey, redelivered } = delivery;
    log.error("bug", { exchange, routing_key: routingKey, redelivered, guid, error });
  }

  async function write(): Promise<void> {
    for (let batch = await collector.take(); batch !== null; batch = await collector.take()) {
      const jobs = batch.flatMap((inHand) => inHand.jobs);
      const observeDuration = counters.batchSeconds.startTimer();
      await storeBatch(jobs, {
        store: options.store,
        hold,
        rejectionMaxBytes: options.rejectionMaxBytes,
        onRejected: ({ delivery }, { fault }) =>
          counters.rejected.inc({ exchange: delivery.exchange, reason: fault.reason }),
        onBug: ({ delivery, verdict }, error) => reportBug(delivery, guidOf(verdict), error),
      });
      observeDuration();
      counters.batchJobs.observe(jobs.length);
      for (const inHand of batch) end(inHand);
      if (jobs.some((job) => job.outcome === "stored" || job.outcome === "unchanged")) options.onStored?.();
    }
  }

  function end({ jobs, delivery, settled }: DeliveryInHand): void {
    const { exchange } = delivery;
    const outcomes = jobs.map((job): Outcome => job.outcome ?? "failed");
    for (const outcome of outcomes) counters.ended.inc({ exchange, outcome });
    if (options.tellEachJob) for (const job of jobs) tell(job);
    counters.inHand.dec(jobs.length);
    // The clock may have been set back meanwhile: a lag is never negative.
    counters.lagSeconds.observe({ exchange }, Math.max(0, Date.now() - delivery.receivedAtMs) / 1000);
    settled(settle(outcomes));
  }

  function tell({ delivery, verdict, outcome }: JobInHand): void {
    const guid = guidOf(verdict);
    log.debug("job_ended", { exchange: delivery.exchange, routing_key: delivery.routingKey, guid, outcome });
  }

  const writer = write();

  return {
    handle,
    async drain(limitMs) {
      collector.close();
      const timer = setTimeout(() => stop.abort(), limitMs);
      if (trouble !== null) stop.abort();
      await writer;
      clearTimeout(timer);
    },
    storeTrouble: () => trouble,
  };
}

function guidOf(verdict: JobInHand["verdict"]): string | null {
  if (verdict.kind === "accepted") return verdict.submission.job.job_guid;
  return verdict.kind === "rejected" ? verdict.task_id : null;
}
