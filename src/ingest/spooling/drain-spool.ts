import { setTimeout as wait } from "node:timers/promises";
import type { Outcome } from "../../domain/delivery.ts";
import { Unavailable } from "../../domain/faults.ts";
import type { Log } from "../../log.ts";
import type { Spool, SpoolFront } from "../../spool/open-spool.ts";
import type { FrontLimits } from "../../spool/spool-reads.ts";
import type { SpooledDelivery } from "../../spool/spool-row.ts";
import { type DeliveryInHand, hasEnded, outcomesOf } from "../progress/in-hand.ts";
import type { DeliveryEnder } from "../write/end-deliveries.ts";

export interface DrainOptions {
  readonly spool: Spool;
  readonly limits: FrontLimits;
  readonly ender: DeliveryEnder;
  /** Waits for the store as long as it takes; throws `Unavailable` only at the stop. */
  readonly hold: <T>(work: () => Promise<T>) => Promise<T>;
  readonly stop: AbortSignal;
  /** Told of each delivery that has ended and left the spool. */
  readonly onEnded: (inHand: DeliveryInHand, outcomes: readonly Outcome[], spooledJobs: number) => void;
  /** Told after each batch. */
  readonly onProgress: (deliveries: number) => void;
  readonly log: Log;
}

/** How rarely progress is told. */
const PROGRESS_MS = 30_000;
/** How long what cannot be ended, or a disk that cannot be read, is left alone. */
const PAUSE_MS = 1000;

interface Drained extends DeliveryInHand {
  readonly spooled: SpooledDelivery;
}

/**
 * Empties the spool from its front, in batches, by the same way as everything else. Resolves when it is empty, or at
 * the stop, with what is left still in it.
 *
 * Nothing here can be handed back to the broker, which has had its acknowledgement. One that fails by a bug is
 * tried again at once, alone; then it is rejected; and where even that cannot be recorded it goes to the end.
 */
export async function drainSpool(options: DrainOptions): Promise<void> {
  const { spool, log, stop } = options;
  const startedAtMs = performance.now();
  let toldAtMs = Number.NEGATIVE_INFINITY;
  let drained = 0;
  while (!stop.aborted) {
    try {
      const front = spool.front(options.limits);
      if (front === null) break;
      const ended = await drainFront(front, options);
      drained += ended;
      options.onProgress(ended);
      if (ended > 0 && performance.now() - toldAtMs > PROGRESS_MS && spool.load.deliveries > 0) {
        toldAtMs = performance.now();
        log.info("spool_draining", { drained, ...spool.load });
      }
    } catch (error) {
      if (error instanceof Unavailable) log.warn("spool_away", { error });
      else log.error("bug", { what: "draining the spool", error });
      await wait(PAUSE_MS, undefined, { signal: stop }).catch(() => undefined);
    }
  }
  if (spool.load.deliveries === 0) {
    log.info("spool_empty", { drained, spooling_ms: Math.round(performance.now() - startedAtMs) });
  }
}

/** Gives how many left the spool. */
async function drainFront(front: SpoolFront, options: DrainOptions): Promise<number> {
  const batch = front.deliveries.map(fromSpool);
  await endAll(batch, options);
  const gone: Drained[] = [];
  for (const inHand of batch) {
    const last = hasFailed(inHand) ? await again(inHand, options) : inHand;
    // The front goes in order: those behind one that has not ended come again, and end as `unchanged`.
    if (!hasEnded(last)) break;
    gone.push(last);
  }
  const failed = gone.filter(hasFailed);
  if (failed.length > 0) {
    const entries = failed.map(({ delivery, counted }) => ({ delivery, jobs: counted }));
    options.spool.append(entries);
    await wait(PAUSE_MS, undefined, { signal: options.stop }).catch(() => undefined);
  }
  if (gone.length === 0) return 0;
  front.remove(gone.map(({ spooled }) => spooled));
  for (const inHand of gone) {
    const outcomes = hasFailed(inHand) ? [] : outcomesOf(inHand);
    options.onEnded(inHand, outcomes, inHand.spooled.jobs);
  }
  return gone.length;
}

/** Some have not ended when it returns only where the store is away, or at the stop. */
async function endAll(batch: readonly Drained[], { ender, hold, stop }: DrainOptions): Promise<void> {
  let rest = batch;
  while (rest.length > 0 && !stop.aborted && (await ender.endSome(rest, hold))) {
    rest = rest.filter((inHand) => !hasEnded(inHand));
  }
}

/** A second try, alone: what fails in it is rejected. */
async function again(failed: Drained, options: DrainOptions): Promise<Drained> {
  const delivery = { ...failed.delivery, redelivered: true };
  const retried: Drained = { ...failed, delivery, isSuspect: true, jobs: null };
  await endAll([retried], options);
  return retried;
}

function fromSpool(spooled: SpooledDelivery): Drained {
  const { delivery, isSuspect, jobs } = spooled;
  return { spooled, delivery, isSuspect, bytes: delivery.body.length, jobs: null, counted: jobs };
}

function hasFailed({ jobs }: DeliveryInHand): boolean {
  return jobs?.ends.some(({ outcome }) => outcome === "failed") ?? false;
}
