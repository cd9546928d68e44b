import { jobId } from "../../domain/ids.ts";
import type { Arrival } from "../ports/submission-store.ts";

/**
 * Returns the guid of the job that was retried: the guid of the message without its suffix of `_` and five digits. Returns null if
 * the message is not a retry; its guid is then opaque. Only REST clients mark retries in this way; a task id over Pulse may have
 * any form.
 */
export function retriedGuid({ submission: { job }, origin }: Arrival): string | null {
  if (origin.kind !== "rest" || job.state !== "completed" || job.result !== "retry") return null;
  return /^([^_]+)_\d{5}$/.exec(job.job_guid)?.[1] ?? null;
}

/** Returns the ids of the jobs that a message may change. */
export function concernedIds(arrival: Arrival): string[] {
  const { project, job } = arrival.submission;
  const own = jobId(project, job.job_guid);
  const retried = retriedGuid(arrival);
  return retried === null ? [own] : [own, jobId(project, retried)];
}

/**
 * Splits a batch into parts that are written one after the other. A retry may rename a job. Therefore no other message in the same
 * part has either of the two guids, and no later message in that part marks one of them as coalesced, because the mark would be
 * renamed with the job.
 */
export function splitAtRetries(batch: readonly Arrival[]): readonly (readonly Arrival[])[] {
  // Nearly all batches contain no retries.
  if (batch.every((arrival) => retriedGuid(arrival) === null)) return batch.length === 0 ? [] : [batch];
  const parts: Arrival[][] = [];
  let part: Arrival[] = [];
  const concerned = new Set<string>();
  const retryIds = new Set<string>();
  for (const arrival of batch) {
    const ids = concernedIds(arrival);
    const isRetry = ids.length > 1;
    const marked = arrival.submission.coalesced.map((guid) => jobId(arrival.submission.project, guid));
    if (
      ids.some((id) => isRetry && concerned.has(id)) ||
      [...ids, ...marked].some((id) => retryIds.has(id))
    ) {
      parts.push(part);
      part = [];
      concerned.clear();
      retryIds.clear();
    }
    part.push(arrival);
    for (const id of ids) {
      concerned.add(id);
      if (isRetry) retryIds.add(id);
    }
  }
  if (part.length > 0) parts.push(part);
  return parts;
}
