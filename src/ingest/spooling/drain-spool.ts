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
  /** Waits as long as it takes, until `stop`. */
  readonly store: PatientStore<IngestStore>;
  readonly stop: AbortSignal;
  readonly log: Log;
}

/** A delivery that has left the front of the spool: it has ended, or it is at the end of the spool again. */
export interface Drained {
  readonly progress: MessageProgress;
  /** How many jobs the spool counted it as. */
  readonly spooledJobs: number;
  /** Both attempts failed because of a bug, and no rejection could be recorded either. The delivery is at the end of the spool again. */
  readonly isBack: boolean;
}

/** How rarely progress is logged. */
const PROGRESS_MS = 30_000;
/** How long the drain pauses after a delivery that cannot be ended, or when the disk cannot be read. */
const PAUSE_MS = 1000;

/**
 * Empties the spool from its front, batch by batch, along the same write path as everything else. Yields after each batch the
 * deliveries that have left the front. Ends when the spool is empty or at the stop; what is left stays in the spool.
 *
 * Nothing here can be returned to the broker, which has had its acknowledgement. A delivery that fails because of a bug is
 * tried again at once, alone, and rejected if it fails again. If even that cannot be recorded, it goes to the end of the spool.
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
    // The front leaves in order. Those behind one that has not ended are read again, and end as `unchanged`.
    if (!hasEnded(last)) break;
    gone.push({ progress: last, spooledJobs: spooled.jobs, isBack: hasFailed(last) });
  }
  const back = gone.flatMap(({ isBack, progress: { counted } }, index) => {
    const spooled = front.deliveries[index];
    return isBack && spooled !== undefined ? [{ delivery: spooled.delivery, jobs: counted }] : [];
  });
  if (back.length > 0) {
    // Moved, so the limit of the spool does not count: it would keep a full spool from ever becoming empty.
    options.spooled.spool.append(back, "over-limit");
    await pause(PAUSE_MS, options.stop);
  }
  if (gone.length > 0) front.remove(front.deliveries.slice(0, gone.length));
  return gone;
}

/** Messages without an end in the result met a store that stayed away until the stop. */
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
