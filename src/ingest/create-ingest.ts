import type { Log } from "../log.ts";
import type { Counters } from "../metrics/counters.ts";
import { BatchCollector, type BatchLimits } from "./collect-batch.ts";
import { JobCount } from "./progress/count-jobs.ts";
import { Departures } from "./progress/departures.ts";
import { createExchangeLabels } from "./progress/exchange-labels.ts";
import { hasEnded, type MessageProgress } from "./progress/message-progress.ts";
import { StoreHold } from "./progress/store-hold.ts";
import type { Answer, Submit } from "./progress/submit.ts";
import { SpoolLane } from "./spooling/spool-lane.ts";
import type { SpooledMessages } from "./spooling/spooled-messages.ts";
import { StallWatch } from "./stall-watch.ts";
import { Suspects } from "./suspects/suspects.ts";
import type { SuspectsNote } from "./suspects/suspects-note.ts";
import { type IngestStore, MessageWriter } from "./write/message-writer.ts";

export interface IngestOptions {
  readonly store: IngestStore;
  /** Accepts deliveries during a long outage of the store. If it is null, deliveries wait, and the broker's queue grows. */
  readonly spooled: SpooledMessages | null;
  /** Entries to remove from the ledger of suspects when the store is back. */
  readonly suspectsNote: SuspectsNote;
  /** How long to wait for the store before the spool is used, in milliseconds. */
  readonly spoolAfterMs: number;
  readonly batch: BatchLimits;
  /** How much of a rejected payload is kept, in bytes. */
  readonly rejectionMaxBytes: number;
  /** Returns the name of the daily quota for a sender's rejections: the sender's own, or one that several senders share. */
  readonly quotaOf: (sender: string) => string;
  /** The number of workers that may die while they handle a message before it is rejected unread; at least 2. */
  readonly maxAttempts: number;
  /** Whether messages are archived before they are answered. */
  readonly keepsArchive: boolean;
  /** Whether to log the outcome of each job at level `debug`. This makes many lines. */
  readonly logsEachJob: boolean;
  /** Returns the exchanges in the current registry. Jobs from any other exchange are counted as `other`. */
  readonly listedExchanges: () => readonly string[];
  readonly counters: Counters;
  readonly log: Log;
  /** Called after messages with jobs that were stored, or were already stored, for example to wake workers that wait for logs. */
  readonly onStored?: () => void;
}

/** The write path of a worker: it accepts messages, reports its state, and can be drained at the end. */
export interface Ingest {
  readonly submit: Submit;
  /**
   * Ends the work. Call it once no more messages arrive. Messages in progress are written. After the time limit, or if the store
   * is away, they go to the spool or fail. Deliveries in the spool stay there.
   *
   * @param canHandBack - returns false while a message in progress cannot be returned to the broker, because its channel is lost
   * and the broker may have lost the message too. In that case the worker waits for the store until the time limit.
   */
  drain(limitMs: number, canHandBack: () => boolean): Promise<void>;
  /** Returns why the store has not accepted the batch in progress, or null if it has or no batch is waiting. */
  storeTrouble(): string | null;
  /** Returns why the spool accepts no more deliveries, or null if it has room or there is no spool. */
  spoolTrouble(): string | null;
  /** Returns how long messages have been in progress without any of them ending, in milliseconds; 0 if none is in progress. */
  stalledMs(): number;
}

/** A message in progress, and the function that receives its answer. */
interface Submitted {
  readonly progress: MessageProgress;
  readonly bytes: number;
  readonly answer: (answer: Answer) => void;
}

/** Creates the write path: connects the writer with its batches, its spool, the waiting for the store, the counters and the shutdown. */
export function createIngest(options: IngestOptions): Ingest {
  const { counters, log, batch: limits } = options;
  const stop = new AbortController();
  const collector = new BatchCollector<Submitted>(limits);
  const stall = new StallWatch();
  const count = new JobCount(counters, createExchangeLabels(options.listedExchanges));
  const departures = new Departures({ ...options, count, onStored: options.onStored ?? (() => undefined) });
  const suspects = new Suspects(options.suspectsNote, log);
  const writer = new MessageWriter({ ...options, suspects, count });
  const hold = new StoreHold({
    stop: stop.signal,
    counters,
    // The lane is created below, before the store is used for the first time.
    onAway() {
      lane?.storeAway();
      fail(collector.takeOut(({ progress }) => !progress.message.waitsForStore));
    },
    onBack: () => stall.restarted(performance.now()),
    log,
  });
  const patientStore = hold.patient(options.store, null);
  const impatientStore = hold.patient(options.store, options.spoolAfterMs);
  const lane = options.spooled === null ? null : laneThrough(options.spooled);

  function laneThrough(spooled: SpooledMessages): SpoolLane {
    const joined = { writer, store: patientStore, hold, count, departures, counters, stop, log };
    return new SpoolLane({ spooled, limits, ...joined });
  }

  const isSpoolEmpty = (): boolean => lane === null || lane.isEmpty;

  const submit: Submit = (message) =>
    new Promise((resolve) => {
      stall.taken(performance.now());
      const answer = (given: Answer): void => {
        stall.ended(performance.now());
        resolve(given);
      };
      const progress = writer.begin(message);
      count.received(progress);
      collector.add({ progress, bytes: message.raw.body.length, answer });
    });

  async function writeBatches(): Promise<void> {
    for (let batch = await collector.take(); batch !== null; batch = await collector.take()) {
      await writeBatch(batch);
    }
  }

  /** Writes a batch. Resolves when each of its messages has been answered. */
  async function writeBatch(batch: readonly Submitted[]): Promise<void> {
    let rest = batch;
    while (rest.length > 0) {
      // While the spool is not empty, deliveries queue behind it. Messages that cannot be spooled do not wait for it.
      const wasEmpty = isSpoolEmpty();
      const isDirect = ({ progress }: Submitted): boolean => wasEmpty || progress.message.spoolable === null;
      const behind = rest.filter((one) => !isDirect(one));
      rest = [...(await writeToStore(rest.filter(isDirect), behind.length === 0)), ...behind];
      rest = lane === null ? failImpatient(rest) : await writeToSpool(rest, lane);
      if (rest.length === 0 && isSpoolEmpty()) hold.settled();
      if (!stop.signal.aborted) continue;
      fail(rest);
      break;
    }
  }

  /**
   * Writes messages to the store. Returns those that have not ended, because the store was away for too long or the worker stops.
   *
   * @param mayAdd - whether newly arrived messages may be added; false while older ones wait for the spool.
   */
  async function writeToStore(batch: readonly Submitted[], mayAdd: boolean): Promise<readonly Submitted[]> {
    let rest = batch;
    while (rest.length > 0) {
      const before = rest.map(({ progress }) => progress);
      const isPatient = lane === null && before.every(({ message }) => message.waitsForStore);
      const store = isPatient ? patientStore : impatientStore;
      const { batch: after, isStoreAway } = await writer.advance(before, store);
      rest = answerEnded(rest.map((one, index) => ({ ...one, progress: after[index] ?? one.progress })));
      if (isStoreAway) break;
      hold.settled();
      // A message may hold many jobs. The rest of the batch is written together with newly arrived messages.
      if (mayAdd && rest.length > 0 && isSpoolEmpty()) {
        rest = [...rest, ...collector.takeWaiting(limits.maxItems - rest.length)];
      }
      // A message of many jobs ends late, but it makes progress.
      stall.restarted(performance.now());
      // Writing all of its jobs could take long.
      if (stop.signal.aborted) break;
    }
    return rest;
  }

  /** Answers the messages that have ended. Returns the others. */
  function answerEnded(batch: readonly Submitted[]): readonly Submitted[] {
    const ended = batch.filter(({ progress }) => hasEnded(progress));
    departures.ended(ended.map(({ progress }) => progress));
    for (const { progress, answer } of ended) answer({ kind: "ended", progress });
    return batch.filter(({ progress }) => !hasEnded(progress));
  }

  /** Writes messages to the spool. Returns those to try again, because the spool did not accept them or is empty now. */
  async function writeToSpool(batch: readonly Submitted[], lane: SpoolLane): Promise<readonly Submitted[]> {
    const spoolable = batch.filter(({ progress }) => progress.message.spoolable !== null);
    fail(batch.filter(({ progress }) => progress.message.spoolable === null));
    if (spoolable.length === 0) return [];
    if (!(await lane.take(spoolable.map(({ progress }) => progress)))) return spoolable;
    for (const { answer } of spoolable) answer({ kind: "spooled" });
    return [];
  }

  /** Fails the messages whose senders do not wait for the store. Returns the others. */
  function failImpatient(batch: readonly Submitted[]): readonly Submitted[] {
    fail(batch.filter(({ progress }) => !progress.message.waitsForStore));
    return batch.filter(({ progress }) => progress.message.waitsForStore);
  }

  /** Answers messages that have not ended. Those of their jobs that have no outcome are `failed`. */
  function fail(batch: readonly Submitted[]): void {
    // Some of their jobs may have been stored before the store went away. They are logged like all others.
    departures.ended(batch.map(({ progress }) => progress));
    for (const { progress, answer } of batch) answer({ kind: "ended", progress });
  }

  const writing = writeBatches();

  return {
    submit,
    async drain(limitMs, canHandBack) {
      lane?.closing(canHandBack);
      collector.close();
      const timer = setTimeout(() => stop.abort(), limitMs);
      if (hold.trouble !== null && canHandBack()) stop.abort();
      await writing;
      // The shutdown does not wait for deliveries in the spool: they are durable, and the next worker stores them.
      stop.abort();
      await lane?.ended();
      await suspects.leave(patientStore);
      clearTimeout(timer);
    },
    storeTrouble: () => hold.trouble,
    spoolTrouble: () => lane?.trouble() ?? null,
    stalledMs: () => stall.stalledMs(performance.now()),
  };
}
