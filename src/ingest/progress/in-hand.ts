import type { Delivery, Outcome } from "../../domain/delivery.ts";
import type { JobsInHand } from "./jobs-in-hand.ts";

/** A delivery between its arrival, or its leaving the spool, and its end. */
export interface DeliveryInHand {
  readonly delivery: Delivery;
  /** It may have killed a worker, so it is not even judged before it stands in the ledger. */
  readonly isSuspect: boolean;
  readonly bytes: number;
  /** Null until it has been read. */
  jobs: JobsInHand | null;
  /** How many jobs it is counted as: one, until more of them are judged. */
  counted: number;
}

export function hasEnded({ jobs }: DeliveryInHand): boolean {
  return jobs?.hasEnded ?? false;
}

/** How its jobs ended. In a delivery that has not ended, each job that is counted and has no outcome is `failed`. */
export function outcomesOf(inHand: DeliveryInHand): Outcome[] {
  const ended = (inHand.jobs?.ends ?? []).map(({ outcome }) => outcome);
  const open = hasEnded(inHand) ? 0 : inHand.counted - ended.length;
  return [...ended, ...Array.from({ length: open }, () => "failed" as const)];
}

/** The first of them, up to the first that is not of the same kind (a suspect, or not). */
export function firstRun<T extends DeliveryInHand>(batch: readonly T[]): readonly T[] {
  const end = batch.findIndex(({ isSuspect }) => isSuspect !== batch[0]?.isSuspect);
  return end === -1 ? batch : batch.slice(0, end);
}
