import { Unavailable } from "../../domain/faults.ts";
import type { Log } from "../../log.ts";
import type { SpoolFront } from "../../spool/open-spool.ts";
import type { FrontLimits } from "../../spool/spool-reads.ts";
import type { SpooledDelivery } from "../../spool/spool-row.ts";
import { pause } from "../../timing/pause.ts";
import { hasEnded, hasFailed, type MessageProgress } from "../progress/message-progress.ts";
import type { PatientStore } from "../progress/patient-store.ts";
import type { IngestStore, MessageWriter } from "../write/message-writer.ts";
import type { SpooledMessages } from "./spooled-messages.ts";

export interface DrainOptions {
  readonly spooled: SpooledMessages;
  readonly limits: FrontLimits;
  readonly writer: MessageWriter;
  /** Waits without a time limit, until `stop`. */
  readonly store: PatientStore<IngestStore>;
  readonly stop: AbortSignal;
  readonly log: Log;
}

/** A delivery that has left the front of the spool, because it has ended or was moved to the end of the spool. */
export interface Drained {
  readonly progress: MessageProgress;
  /** The number of jobs that the delivery counted as in the spool. */
  readonly spooledJobs: number;
  /** Whether the delivery was moved to the end of the spool: both attempts failed because of a bug, and so did recording a rejection. */
  readonly isBack: boolean;
}

/** The minimum time between two log lines about progress. */
const PROGRESS_MS = 30_000;
/** How long the drain pauses after a delivery that could be neither stored nor rejected, or when the disk cannot be read. */
const PAUSE_MS = 1000;

/**
 * Empties the spool from its front, batch by batch, through the normal write path. After each batch, yields the deliveries that have
 * left the front. Ends when the spool is empty or at the stop; the remaining deliveries stay in the spool.
 *
 * Deliveries cannot be returned to the broker, because they have been acknowledged. A delivery that fails because of a bug is
 * immediately tried again, alone, and rejected if it fails again. If the rejection cannot be recorded either, the delivery goes to
 * the end of the spool.
 */
export async function* drainSpool(options: DrainOptions): AsyncGenerator<readonly Drained[], void> {
  const { spool } = options.spooled;
  const { log, stop } = options;
  const startedAtMs = performance.now();
  let loggedAtMs = Number.NEGATIVE_INFINITY;
  let count = 0;
  while (!stop.aborted) {
    try {
      const front = spool.front(options.limits);
      if (front === null) break;
      const drained = await drainFront(front, options);
      count += drained.length;
      yield drained;
      if (drained.length > 0 && performance.now() - loggedAtMs > PROGRESS_MS && spool.load.deliveries > 0) {
        loggedAtMs = performance.now();
        log.info("spool_draining", { drained: count, ...spool.load });
      }
    } catch (error) {
      if (error instanceof Unavailable) log.warn("spool_away", { error });
      else log.error("bug", { what: "draining the spool", error });
      await pause(PAUSE_MS, stop);
    }
  }
  if (spool.load.deliveries === 0) {
    log.info("spool_empty", { drained: count, spooling_ms: Math.round(performance.now() - startedAtMs) });
  }
}

async function drainFront(front: SpoolFront, options: DrainOptions): Promise<readonly Drained[]> {
  const started = front.deliveries.map(({ delivery, jobs, isSuspect }) =>
    options.writer.begin(options.spooled.toMessage(delivery, isSuspect), jobs),
  );
  const batch = await writeAll(started, options);
  const gone: Drained[] = [];
  for (const [index, progress] of batch.entries()) {
    const spooled = front.deliveries[index];
    if (spooled === undefined) break;
    const last = hasFailed(progress) ? await writeAgain(spooled, progress, options) : progress;
    // Deliveries leave the front in order. Those after one that has not ended are read again, and end as `unchanged`.
    if (!hasEnded(last)) break;
    gone.push({ progress: last, spooledJobs: spooled.jobs, isBack: hasFailed(last) });
  }
  const back = gone.flatMap(({ isBack, progress: { counted } }, index) => {
    const spooled = front.deliveries[index];
    return isBack && spooled !== undefined ? [{ delivery: spooled.delivery, jobs: counted }] : [];
  });
  if (back.length > 0) {
    // Deliveries that are only moved may exceed the spool's limit. Otherwise a full spool could never become empty.
    options.spooled.spool.append(back, "over-limit");
    await pause(PAUSE_MS, options.stop);
  }
  if (gone.length > 0) front.remove(front.deliveries.slice(0, gone.length));
  return gone;
}

/** Writes messages until all have ended. Those that have not ended found the store away until the stop. */
async function writeAll(
  messages: readonly MessageProgress[],
  { writer, store, stop }: DrainOptions,
): Promise<readonly MessageProgress[]> {
  let ended: readonly MessageProgress[] = [];
  let rest = messages;
  while (rest.length > 0 && !stop.aborted) {
    const { batch, isStoreAway } = await writer.advance(rest, store);
    const open = batch.findIndex((progress) => !hasEnded(progress));
    const end = open === -1 ? batch.length : open;
    ended = [...ended, ...batch.slice(0, end)];
    rest = batch.slice(end);
    if (isStoreAway) break;
  }
  return [...ended, ...rest];
}

/** Writes a message a second time, alone. If a bug occurs again, the message is rejected. */
async function writeAgain(
  spooled: SpooledDelivery,
  { counted }: MessageProgress,
  options: DrainOptions,
): Promise<MessageProgress> {
  const delivery = { ...spooled.delivery, redelivered: true };
  const again = options.writer.begin(options.spooled.toMessage(delivery, true), counted);
  const [last = again] = await writeAll([again], options);
  return last;
}
