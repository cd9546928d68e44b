import type { Delivery } from "../domain/delivery.ts";
import type { JobInHand } from "./store-batch.ts";

/** A delivery between its arrival, or its leaving the spool, and its end. */
export interface DeliveryInHand {
  readonly delivery: Delivery;
  /** It may have killed a worker, so it is not even judged before it stands in the ledger. */
  readonly isSuspect: boolean;
  readonly bytes: number;
  /** Null until it is judged. */
  jobs: readonly JobInHand[] | null;
  /** How many job messages it is counted as: one until it is judged. */
  counted: number;
}

export function hasEnded({ jobs }: DeliveryInHand): boolean {
  return jobs?.every(({ outcome }) => outcome !== null) ?? false;
}

/** Neighbours of the same kind together, in order: suspects, and those that are none. */
export function runsOf<T extends DeliveryInHand>(batch: readonly T[]): T[][] {
  const runs: T[][] = [];
  for (const inHand of batch) {
    const run = runs.at(-1);
    if (run?.[0]?.isSuspect === inHand.isSuspect) run.push(inHand);
    else runs.push([inHand]);
  }
  return runs;
}
