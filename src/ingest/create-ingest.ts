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
  /** Takes deliveries while the store is away for long. Null: they wait, and the broker's queue grows. */
  readonly spooled: SpooledMessages | null;
  /** Entries that must leave the ledger of suspects when the store is back. */
  readonly suspectsNote: SuspectsNote;
  /** How long the store may be away before the spool is used, in milliseconds. */
  readonly spoolAfterMs: number;
  readonly batch: BatchLimits;
  /** How much of a rejected payload is kept, in bytes. */
  readonly rejectionMaxBytes: number;
  /** Returns whose daily quota the rejections of a sender count against: its own, or one that several senders share. */
  readonly quotaOf: (sender: string) => string;
  /** A message is rejected without being read when this many workers have died while they handled it; at least 2. */
  readonly maxAttempts: number;
  /** Whether messages are archived before they are answered. */
  readonly keepsArchive: boolean;
  /** Whether to log how each job ended, at level `debug`. It makes many lines. */
  readonly logsEachJob: boolean;
  /** Returns the exchanges of the registry in force. Jobs of any other sender are counted as `other`. */
  readonly listedExchanges: () => readonly string[];
  readonly counters: Counters;
  readonly log: Log;
  /** Called after messages that stored something, for example to wake those who wait for logs to read. */
  readonly onStored?: () => void;
}

/** The write path of a worker: a door for messages, and what a worker needs to end it and to watch it. */
export interface Ingest {
  readonly submit: Submit;
  /**
   * Ends the work, once no more messages arrive. Messages in progress are written. After the limit, or while the store is away,
   * they go to the spool, or fail. What is in the spool stays there.
   *
   * @param canHandBack - while it returns false, a message in progress cannot be returned to the broker, because its channel is
   * lost and the broker may have lost the message, too. Then a store that is away is waited for until the limit.
   */
  drain(limitMs: number, canHandBack: () => boolean): Promise<void>;
  /** Why the store did not take the batch in progress; null if it does, or if nothing waits. */
  storeTrouble(): string | null;
  /** Why nothing more goes into the spool; null if it has room, or if there is none. */
  spoolTrouble(): string | null;
  /** How long messages have been in progress without one that ended, in milliseconds; 0 if none is in progress. */
  stalledMs(): number;
}

/** A message in progress, and the function that takes its answer. */
interface Submitted {
  readonly progress: MessageProgress;
  readonly bytes: number;
  readonly answer: (answer: Answer) => void;
}

/** Joins the write path with its batches, its spool, its waiting for the store, its counters and its end. */
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
    // The lane is made below; the store is not asked before.
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

  /** Ends when each message of the batch has its answer. */
  async function writeBatch(batch: readonly Submitted[]): Promise<void> {
    let rest = batch;
    while (rest.length > 0) {
      // While the spool holds anything, deliveries line up behind it. Messages that cannot be spooled do not wait for it.
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
   * Returns the messages that have not ended, because the store was away for too long or because all work is to end.
   *
   * @param mayAdd - whether messages that have arrived since may be added; false while older ones wait for the spool.
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
      // A message may hold many jobs. The rest of a batch is written together with messages that have arrived since.
      if (mayAdd && rest.length > 0 && isSpoolEmpty()) {
        rest = [...rest, ...collector.takeWaiting(limits.maxItems - rest.length)];
      }
      // A message of many jobs ends late, but it makes progress.
      stall.restarted(performance.now());
      // It could go on for long.
      if (stop.signal.aborted) break;
    }
    return rest;
  }

  /** Returns the messages that have not ended. */
  function answerEnded(batch: readonly Submitted[]): readonly Submitted[] {
    const ended = batch.filter(({ progress }) => hasEnded(progress));
    departures.ended(ended.map(({ progress }) => progress));
    for (const { progress, answer } of ended) answer({ kind: "ended", progress });
    return batch.filter(({ progress }) => !hasEnded(progress));
  }

  /** Returns the messages that must be tried again, because there was no room or because the spool is empty now. */
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

  /** Answers messages that have not ended: the jobs without an end are `failed`. */
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
      // Deliveries in the spool are durable, and the next worker stores them. So the shutdown does not wait for them.
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
