import type { LeaseHolder, LeaseStore } from "../store/ports/lease-store.ts";
import { pause } from "../timing/pause.ts";
import { type ExpiryOptions, type ExpiryStep, expirySteps } from "./expiry-steps.ts";

export interface ExpiryRun extends ExpiryOptions {
  readonly store: ExpiryOptions["store"] & LeaseStore;
  /** The name of this process for people. */
  readonly owner: string;
  /** The share of time that may be spent on it, over 0 and up to 1. After each step there is a pause that keeps to it. */
  readonly share: number;
  readonly onStep: (step: ExpiryStep) => void;
  /** Ends it after the step in progress. */
  readonly stop: AbortSignal;
}

/**
 * How a run ended.
 *
 * - `complete`: everything that was to go has gone.
 * - `stopped`: it was asked to stop, or it was so slow that another worker has taken over.
 * - `held`: another worker is removing, and nothing was done.
 */
export type ExpiryEnd = { readonly kind: "complete" | "stopped" } | ({ readonly kind: "held" } & LeaseHolder);

/** The name of the lease. It only saves work: workers who remove the same jobs at the same time do no harm. */
export const LEASE = "retention";
const LEASE_MS = 60_000;
const LONGEST_PAUSE_MS = 10_000;

/** Removes what has outlived its time, under a lease. */
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

/** Returns the pause after a step of this length, so that steps take the given share of time. */
export function pauseAfter(stepMs: number, share: number): number {
  return Math.min(LONGEST_PAUSE_MS, stepMs * (1 / share - 1));
}
