import type { Delivery } from "../../domain/delivery.ts";
import { originOf } from "../../domain/delivery.ts";
import { type Fault, Unavailable } from "../../domain/faults.ts";
import { rejectionId } from "../../domain/ids.ts";
import { toStoredRoute } from "../../domain/origin.ts";
import { rejectedPayload } from "../../ingest/write/to-rejection.ts";
import type { JobVerdict } from "../../judge/verdict.ts";
import type { JobReads } from "../../store/ports/job-reads.ts";
import type { RejectionReads } from "../../store/ports/rejection-reads.ts";
import { compareStates } from "../../store/rules/advance-job.ts";
import { pause } from "../../timing/pause.ts";

type Reads = Pick<JobReads, "findJob"> & Pick<RejectionReads, "findRejection">;

/** A job message to wait for, and where its outcome will appear in the store. */
export interface Awaited {
  /** Project, guid and state if the message should be stored; null if it should be rejected. */
  readonly job: { readonly project: string; readonly guid: string; readonly state: string } | null;
  /** The ids that a rejection of the message may have. */
  readonly rejectionIds: readonly string[];
  /** For each of these ids, how often and when last the rejection was seen before the message was published. */
  readonly seenBefore: readonly string[];
}

/** How the wait ended. `late`: the time limit was reached. */
export type End =
  | { readonly kind: "stored"; readonly state: string }
  | { readonly kind: "rejected"; readonly id: string; readonly fault: Fault }
  | { readonly kind: "late" };

const POLL_MS = 200;

/**
 * Determines what to look for, and reads the present state of the store. Must be called before the message is published. A new
 * rejection is recognised by its count, because the worker's clock may differ from this machine's.
 *
 * @param verdict - the verdict on one job of the delivery. A skipped job leaves no trace in the store.
 */
export async function toAwaited(
  delivery: Delivery,
  verdict: Exclude<JobVerdict, { kind: "skipped" }>,
  store: Reads,
): Promise<Awaited> {
  const route = toStoredRoute(originOf(delivery));
  // A worker with stricter limits rejects the body without parsing it, and its rejection then holds the whole body.
  const ids = [verdict.payload, undefined].map((part) => rejectionId(rejectedPayload(delivery, part), route));
  const rejectionIds = [...new Set(ids)];
  const seenBefore = await Promise.all(rejectionIds.map((id) => timesSeen(store, id)));
  if (verdict.kind === "rejected") return { job: null, rejectionIds, seenBefore };
  const { project, job } = verdict.submission;
  return { job: { project, guid: job.job_guid, state: job.state }, rejectionIds, seenBefore };
}

async function timesSeen(store: Reads, id: string): Promise<string> {
  const rejection = await store.findRejection(id);
  return rejection === null ? "never" : `${rejection.count} ${rejection.last_seen}`;
}

/**
 * Waits until the store shows a message's outcome, or until the deadline. It asks the store at least once, and keeps asking if
 * the store is unavailable.
 *
 * @param deadlineMs - in terms of `performance.now()`.
 */
export async function awaitEnd(awaited: Awaited, store: Reads, deadlineMs: number): Promise<End> {
  for (;;) {
    const end = await findEnd(awaited, store).catch((error: unknown) => {
      if (error instanceof Unavailable) return null;
      throw error;
    });
    if (end !== null) return end;
    const leftMs = deadlineMs - performance.now();
    if (leftMs <= 0) return { kind: "late" };
    await pause(Math.min(POLL_MS, leftMs));
  }
}

async function findEnd({ job, rejectionIds, seenBefore }: Awaited, store: Reads): Promise<End | null> {
  // Rejections are checked first: an earlier message may have stored the job although this message was rejected.
  for (const [index, id] of rejectionIds.entries()) {
    const rejection = await store.findRejection(id);
    if (rejection === null) continue;
    const isNew = `${rejection.count} ${rejection.last_seen}` !== seenBefore[index];
    if (isNew) return { kind: "rejected", id, fault: rejection.fault };
  }
  if (job === null) return null;
  const view = await store.findJob(job.project, job.guid);
  if (view === null || compareStates(view.job.state, job.state) === "update") return null;
  return { kind: "stored", state: view.job.state };
}
