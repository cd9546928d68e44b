import { senderOf, toStoredOrigin, toStoredRoute } from "../../domain/origin.ts";
import type { Log } from "../../log.ts";
import { type Counters, countSegment } from "../../metrics/counters.ts";
import type { SuspectLedger } from "../../store/ports/suspect-ledger.ts";
import { EventLoopTurns } from "../../timing/event-loop-turns.ts";
import type { JobCount } from "../progress/count-jobs.ts";
import { guidOf, type JobEnd, type JudgedJob, type Message } from "../progress/message.ts";
import { begin, hasEnded, type MessageProgress } from "../progress/message-progress.ts";
import type { PatientStore } from "../progress/patient-store.ts";
import type { Suspects } from "../suspects/suspects.ts";
import { ArchiveWriter } from "./archive-writer.ts";
import { refusedUnread } from "./judge.ts";
import { OnlyCountedNotice } from "./only-counted.ts";
import type { SliceLimits } from "./slice.ts";
import { type ArchivingStore, SliceArchive } from "./slice-archive.ts";
import { writeSlice } from "./write-path.ts";

export type IngestStore = ArchivingStore & SuspectLedger;

export interface MessageWriterOptions {
  /** The limits of one write. */
  readonly batch: SliceLimits;
  readonly rejectionMaxBytes: number;
  /** Returns the name of the daily quota for a sender's rejections. */
  readonly quotaOf: (sender: string) => string;
  /** The number of workers that may die while they handle a message before it is rejected unread; at least 2. */
  readonly maxAttempts: number;
  /** Whether messages are archived before they end. */
  readonly keepsArchive: boolean;
  readonly suspects: Suspects;
  readonly counters: Counters;
  readonly count: JobCount;
  readonly log: Log;
}

/** The result of advancing a batch of messages. */
export interface Advance {
  /** All messages that were given, in order. */
  readonly batch: readonly MessageProgress[];
  /** Whether the store stayed away. To keep the order, nothing after the first message that has not ended was tried. */
  readonly isStoreAway: boolean;
}

/** Advances messages along the write path, suspects one by one. Counts and logs the results. */
export class MessageWriter {
  readonly #options: MessageWriterOptions;
  readonly #archive: ArchiveWriter | null;
  readonly #notice: OnlyCountedNotice;
  readonly #turns = new EventLoopTurns();

  constructor(options: MessageWriterOptions) {
    this.#options = options;
    this.#archive = options.keepsArchive ? new ArchiveWriter(options) : null;
    this.#notice = new OnlyCountedNotice(options.log);
  }

  /** @param counted - see `begin`. */
  begin(message: Message, counted = 1): MessageProgress {
    return begin(message, counted, this.#archive !== null);
  }

  /**
   * Advances the first messages of a batch: the suspects at its front, or otherwise as many jobs as fit into one write. Call it again
   * until all messages have ended. Never throws.
   */
  async advance(batch: readonly MessageProgress[], store: PatientStore<IngestStore>): Promise<Advance> {
    const front = frontOf(batch);
    const { batch: advanced, isStoreAway } = front.some(isSuspect)
      ? await this.#advanceSuspects(front, store)
      : await this.#advanceOthers(front, store);
    return { batch: [...advanced, ...batch.slice(front.length)], isStoreAway };
  }

  async #advanceOthers(
    batch: readonly MessageProgress[],
    store: PatientStore<IngestStore>,
  ): Promise<Advance> {
    const advance = await this.#advanceSlice(batch, store);
    // The store answers, so entries that could not be removed from the ledger before can be removed now.
    if (!advance.isStoreAway) await this.#options.suspects.clearLeft(store);
    return advance;
  }

  /** Handles suspects one at a time. No write contains jobs of two suspects. See {@link Suspects}. */
  async #advanceSuspects(
    batch: readonly MessageProgress[],
    store: PatientStore<IngestStore>,
  ): Promise<Advance> {
    const { suspects } = this.#options;
    const keys = batch.map(keyOf);
    const deaths = (await suspects.clearLeft(store)) ? await suspects.enter(keys, store) : null;
    if (deaths === null) return { batch, isStoreAway: true };
    const advanced: MessageProgress[] = [];
    for (const [index, progress] of batch.entries()) {
      const isFound = (deaths[index] ?? 0) > 0;
      const last = await (isFound ? this.#endByItself(progress, store) : this.#end(progress, store));
      advanced.push(last);
      // If the store has gone away, a death caused by the next suspect would be counted against this one too.
      if (!hasEnded(last) || suspects.hasLeft) break;
    }
    // They are removed together at the end. If the worker dies before that, the next one only enters each of them by itself.
    await suspects.clear(advanced.filter(hasEnded).map(keyOf), store);
    const isStoreAway = advanced.length < batch.length || !advanced.every(hasEnded);
    return { batch: [...advanced, ...batch.slice(advanced.length)], isStoreAway };
  }

  async #endByItself(progress: MessageProgress, store: PatientStore<IngestStore>): Promise<MessageProgress> {
    const { suspects, maxAttempts, log } = this.#options;
    const key = keyOf(progress);
    const attempts = await suspects.enterByItself(key, store);
    if (attempts === null) return progress;
    const isSetAside = attempts >= maxAttempts;
    if (isSetAside) log.error("suspect_set_aside", { ...toStoredRoute(progress.message.origin), attempts });
    const tried = isSetAside ? refusedUnread(progress, { reason: "killed-worker", attempts }) : progress;
    const last = await this.#end(tried, store);
    // Removed immediately, so that a death caused by a later suspect is never counted against this one.
    if (hasEnded(last)) await suspects.clearByItself(key, store);
    return last;
  }

  /** Advances one message, slice by slice, until it has ended or the store stays away. */
  async #end(progress: MessageProgress, store: PatientStore<IngestStore>): Promise<MessageProgress> {
    for (let last = progress; ; ) {
      const { batch, isStoreAway } = await this.#advanceSlice([last], store);
      last = batch[0] ?? last;
      if (isStoreAway || hasEnded(last)) return last;
    }
  }

  async #advanceSlice(batch: readonly MessageProgress[], store: PatientStore<IngestStore>): Promise<Advance> {
    const { counters, count, batch: limits, rejectionMaxBytes, quotaOf } = this.#options;
    const options = { store, batch: limits, rejectionMaxBytes, quotaOf };
    const slice = this.#archive === null ? null : new SliceArchive(store);
    const pass = await writeSlice(
      batch,
      slice === null ? options : { ...options, storeFor: (judged) => slice.storeFor(judged) },
    );
    counters.batchSeconds.observe(pass.writeMs / 1000);
    counters.batchJobs.observe(pass.ends.size);
    for (const [index, before] of batch.entries()) count.judged(before, pass.batch[index] ?? before);
    for (const [job, end] of pass.ends) if (end !== null) this.#report(job, end);
    // A store that answers within the same turn would otherwise keep the event loop until the last slice is written.
    await this.#turns.give();
    const isStoreAway = [...pass.ends.values()].includes(null);
    if (this.#archive === null || slice === null) return { batch: pass.batch, isStoreAway };
    if (slice.stored !== null) countSegment(counters, slice.stored);
    const settled = slice.settle(pass.batch);
    return isStoreAway ? { batch: settled, isStoreAway } : this.#archive.add(settled, store);
  }

  #report(job: JudgedJob, { outcome, fault, isOnlyCounted, bugs }: JobEnd): void {
    const { count, log, quotaOf } = this.#options;
    const { message } = job;
    for (const error of bugs) {
      log.error("bug", { ...toStoredOrigin(message.origin), guid: guidOf(job), error });
    }
    if (outcome === "rejected" && fault !== null) count.rejected(message, fault.reason);
    if (!isOnlyCounted) return;
    count.onlyCounted(message);
    this.#notice.add(quotaOf(senderOf(message.origin)), message.receivedAtMs);
  }
}

/** Returns the first messages of a batch up to the first change between suspects and other messages. */
function frontOf(batch: readonly MessageProgress[]): readonly MessageProgress[] {
  const end = batch.findIndex(
    (progress) => batch[0] !== undefined && isSuspect(progress) !== isSuspect(batch[0]),
  );
  return end === -1 ? batch : batch.slice(0, end);
}

function isSuspect({ message }: MessageProgress): boolean {
  return message.suspectKey !== null;
}

function keyOf({ message }: MessageProgress): string {
  return message.suspectKey ?? "";
}
