import { rejectionId } from "../../domain/ids.ts";
import { senderOf, toStoredRoute } from "../../domain/origin.ts";
import type { RetriedRejection } from "../../store/ports/submission-store.ts";
import type { JobEnd, JudgedJob } from "../progress/message.ts";
import type { PatientStore } from "../progress/patient-store.ts";
import { rejectedPayload } from "../write/to-rejection.ts";
import type { ReplayTarget } from "./archive-target.ts";

export interface SettleOptions {
  readonly store: PatientStore<ReplayTarget>;
  /** Senders that had rejections when the replay began. To save time, no rejections of other senders are looked up. */
  readonly refusedSenders: ReadonlySet<string>;
}

/**
 * Removes the rejections of messages that are no longer rejected, as a replay of rejections does.
 *
 * @param ends - the jobs of one pass, each with its end.
 */
export async function removeSettledRejections(
  ends: ReadonlyMap<JudgedJob, JobEnd | null>,
  { store, refusedSenders }: SettleOptions,
): Promise<void> {
  const ofSenders = [...ends].filter(([job]) => refusedSenders.has(senderOf(job.message.origin)));
  if (ofSenders.length === 0) return;
  const ids = settledIds(ofSenders);
  const seen = await store.ask((there) => there.findLastSeen(ids));
  const gone = Array.from(seen, ([id, last_seen]): RetriedRejection => ({ id, last_seen, again: null }));
  if (gone.length > 0) await store.ask((there) => there.resolveRejections(gone));
}

/**
 * Returns the ids of rejections that these jobs may have had but no longer have. Either the job itself was rejected, or its whole
 * message, because no job could be read from it.
 */
function settledIds(ends: readonly (readonly [JudgedJob, JobEnd | null])[]): string[] {
  const settled = new Set<string>();
  const refused = new Set<string>();
  for (const [job, end] of ends) {
    const own = ownId(job);
    // A posted list is never rejected as a whole.
    const whole = job.message.origin.kind === "rest" ? null : idOf(job, undefined);
    const isSettled = end !== null && end.outcome !== "rejected" && end.outcome !== "failed";
    if (own !== null) (isSettled ? settled : refused).add(own);
    // If the job can be read now, its message is not rejected as a whole.
    if (whole !== null) (own !== null && end?.outcome !== "failed" ? settled : refused).add(whole);
  }
  return [...settled].filter((id) => !refused.has(id));
}

/** Returns the id of a rejection of the job itself, or null if the job could not be read. */
function ownId(job: JudgedJob): string | null {
  const { verdict } = job;
  return verdict.kind === "failed" || verdict.payload === undefined ? null : idOf(job, verdict.payload);
}

/** @param payload - the job, or `undefined` for the message as a whole. */
function idOf({ message: { raw, origin } }: JudgedJob, payload: unknown): string {
  return rejectionId(rejectedPayload(raw, payload), toStoredRoute(origin));
}
