import type { Delivery } from "../domain/delivery.ts";
import { faultErrors } from "../domain/explain-fault.ts";
import type { Violation } from "../domain/faults.ts";
import type { JobVerdict } from "../judge/verdict.ts";

/** A job message with its verdict, as `inspect --json` prints it. */
export interface Seen {
  /** ISO 8601, UTC. */
  readonly received_at: string;
  readonly exchange: string;
  readonly routing_key: string;
  /** Index in the delivery's array; 0 for a single message. */
  readonly index: number;
  readonly verdict: JobVerdict["kind"];
  /** Null if it cannot be read. The same holds for `task_id` and `state`. */
  readonly project: string | null;
  readonly task_id: string | null;
  readonly state: string | null;
  /** The result that would be stored; null unless accepted. */
  readonly result: string | null;
  /** Why the message is rejected; empty if it is not. */
  readonly errors: readonly Violation[];
  /** The message itself; null if it could not be decoded. */
  readonly payload: unknown;
}

/** Describes a message with its verdict. @param index - position of the verdict in its delivery. */
export function seenOf(delivery: Delivery, index: number, verdict: JobVerdict): Seen {
  return {
    received_at: new Date(delivery.receivedAtMs).toISOString(),
    exchange: delivery.exchange,
    routing_key: delivery.routingKey,
    index,
    verdict: verdict.kind,
    project: textAt(verdict.payload, "origin", "project"),
    task_id: textAt(verdict.payload, "taskId"),
    state: textAt(verdict.payload, "state"),
    result: verdict.kind === "accepted" ? verdict.submission.job.result : null,
    errors: verdict.kind === "rejected" ? faultErrors(verdict.fault) : [],
    payload: verdict.payload ?? null,
  };
}

/** Returns the text at a path, or null if there is none. Reads own members only, because the message is untrusted. */
function textAt(value: unknown, ...path: readonly string[]): string | null {
  let at = value;
  for (const name of path) {
    if (typeof at !== "object" || at === null) return null;
    at = Object.getOwnPropertyDescriptor(at, name)?.value;
  }
  return typeof at === "string" ? at : null;
}
