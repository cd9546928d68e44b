import type { Outcome, Settlement } from "../../domain/delivery.ts";

/** The settlement for each outcome. `satisfies` turns a missing or misspelt row into a compile error. */
export const settlementOf = {
  stored: "ack",
  unchanged: "ack",
  skipped: "ack",
  // The store keeps the rejection with its reason. Returned to the queue, the message would only be delivered again.
  rejected: "ack",
  failed: "requeue",
} as const satisfies Record<Outcome, Settlement>;

/**
 * Returns the settlement of a delivery, given the outcomes of its jobs. If one of them failed, the delivery is returned to
 * the queue; the other jobs are then delivered again and end as `unchanged`.
 */
export function settle(outcomes: readonly Outcome[]): Settlement {
  return outcomes.some((outcome) => settlementOf[outcome] === "requeue") ? "requeue" : "ack";
}
