import type { LeaseHolder, LeaseStore } from "../store/ports/lease-store.ts";
import { pause } from "../timing/pause.ts";
import { type ExpiryOptions, type ExpiryStep, expirySteps } from "./expiry-steps.ts";

export interface ExpiryRun extends ExpiryOptions {
  readonly store: ExpiryOptions["store"] & LeaseStore;
  /** The name of this process, as shown to people. */
  readonly owner: string;
  /** The share of time that the steps may take: greater than 0, and at most 1. A pause follows each step. */
  readonly share: number;
  readonly onStep: (step: ExpiryStep) => void;
  /** Ends the run after the step in progress. */
  readonly stop: AbortSignal;
}

/**
 * How a run ended.
 *
 * - `complete`: all expired data has been removed.
 * - `stopped`: the run was asked to stop, or was so slow that another worker has its lease now.
 * - `held`: another worker has the lease, and nothing was done.
 */
export type ExpiryEnd = { readonly kind: "complete" | "stopped" } | ({ readonly kind: "held" } & LeaseHolder);

/** The name of the lease. The lease only saves work: workers that remove the same jobs at the same time do no harm. */
export const LEASE = "retention";
const LEASE_MS = 60_000;
const LONGEST_PAUSE_MS = 10_000;

/** Removes expired data, under a lease. */
export async function runExpiry(run: ExpiryRun): Promise<ExpiryEnd> {
  const { store, owner, stop } = run;
  const holder = await store.takeLease(LEASE, owner, LEASE_MS);
  if (holder !== null) return { kind: "held", ...holder };
  try {
    let takenMs = performance.now();
    let beganMs = takenMs;
    for await (const step of expirySteps(run)) {
      run.onStep(step);
      await pause(pauseAfter(performance.now() - beganMs, run.share), stop);
      if (stop.aborted) return { kind: "stopped" };
      beganMs = performance.now();
      if (beganMs - takenMs < LEASE_MS / 3) continue;
      if ((await store.takeLease(LEASE, owner, LEASE_MS)) !== null) return { kind: "stopped" };
      takenMs = beganMs;
    }
    return { kind: "complete" };
  } finally {
    await store.releaseLease(LEASE, owner);
  }
}

/** Returns the pause after a step of this length, in milliseconds, so that steps take the given share of time. */
export function pauseAfter(stepMs: number, share: number): number {
  return Math.min(LONGEST_PAUSE_MS, stepMs * (1 / share - 1));
}
