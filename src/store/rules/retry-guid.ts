import { jobId } from "../../domain/ids.ts";
import type { Arrival } from "../ports/submission-store.ts";

/**
 * Returns the guid of the job that was retried: that of the message without its suffix of `_` and five digits. Null for every
 * other message, whose guid is opaque. Only REST clients mark retries in this way; a task id of Pulse may have any form.
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
 * Splits a batch into parts that are written one after the other. A retry may rename a job, so no other message of its part
 * concerns either of the two guids, and none behind it in its part marks one of them as coalesced: the mark would go with the job.
 */
export function splitAtRetries(batch: readonly Arrival[]): readonly (readonly Arrival[])[] {
  // Nearly every batch is without retries.
  if (batch.every((arrival) => retriedGuid(arrival) === null)) return batch.length === 0 ? [] : [batch];
  const parts: Arrival[][] = [];
  let part: Arrival[] = [];
  const concerned = new Set<string>();
  const ofRetries = new Set<string>();
  for (const arrival of batch) {
    const ids = concernedIds(arrival);
    const isRetry = ids.length > 1;
    const marked = arrival.submission.coalesced.map((guid) => jobId(arrival.submission.project, guid));
    if (
      ids.some((id) => isRetry && concerned.has(id)) ||
      [...ids, ...marked].some((id) => ofRetries.has(id))
    ) {
      parts.push(part);
      part = [];
      concerned.clear();
      ofRetries.clear();
    }
    part.push(arrival);
    for (const id of ids) {
      concerned.add(id);
      if (isRetry) ofRetries.add(id);
    }
  }
  if (part.length > 0) parts.push(part);
  return parts;
}
