import type { Outcome, Settlement } from "../../domain/delivery.ts";

/** One row per outcome: `satisfies` turns a missing or misspelt row into a compile error. */
export const settlementOf = {
  stored: "ack",
  unchanged: "ack",
  skipped: "ack",
  // A rejection is kept in the store with its reason; in the queue it would only come round again.
  rejected: "ack",
  failed: "requeue",
} as const satisfies Record<Outcome, Settlement>;

/**
 * What the broker is told of a delivery, given how each of its jobs ended: handed back as soon as one of them
 * failed. The others are then delivered again and end as `unchanged`.
 */
export function settle(outcomes: readonly Outcome[]): Settlement {
  return outcomes.some((outcome) => settlementOf[outcome] === "requeue") ? "requeue" : "ack";
}
