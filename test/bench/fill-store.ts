import { setImmediate } from "node:timers/promises";
import { judgeDelivery } from "../../src/judge/judge-delivery.ts";
import type { Arrival, SubmissionStore } from "../../src/store/ports/submission-store.ts";
import { aDelivery, anArrival, limits, schemas } from "../examples.ts";
import { jobMessage } from "./message-mix.ts";

/** The maximum number of jobs in one message. */
export const AT_ONCE = 1000;

/** Writes completed jobs into a store, with their logs and artifacts, and without pending work. */
export async function fillStore(
  store: Pick<SubmissionStore, "storeSubmissions">,
  jobs: number,
  onStored: (jobs: number) => void = () => undefined,
  receivedAt: (job: number) => string = () => anArrival().received_at,
): Promise<void> {
  for (let at = 0; at < jobs; at += AT_ONCE) {
    await store.storeSubmissions(arrivals(at, Math.min(AT_ONCE, jobs - at), receivedAt));
    onStored(at);
    // The embedded store never yields to the event loop, and the bench's broker connections need a turn to send heartbeats.
    await setImmediate();
  }
}

/** Returns completed jobs, numbered upwards from `from`. */
export function arrivals(from: number, count: number, receivedAt: (job: number) => string): Arrival[] {
  const options = { schemas, ...limits, tiers: new Map(), acceptsProject: () => true };
  const messages = Array.from({ length: count }, (_, n) => jobMessage("there", from + n, "completed"));
  const common = anArrival();
  return judgeDelivery(aDelivery(messages), options).map((verdict, at) => {
    if (verdict.kind !== "accepted") throw new Error(JSON.stringify(verdict));
    const submission = { ...verdict.submission, suggestions_for: null };
    return { ...common, received_at: receivedAt(from + at), submission };
  });
}
