import type { Delivery } from "../../domain/delivery.ts";
import { originOf } from "../../domain/delivery.ts";
import { type Fault, Unavailable } from "../../domain/faults.ts";
import { rejectionId } from "../../domain/ids.ts";
import { toStoredRoute } from "../../domain/origin.ts";
import { rejectedPayload } from "../../ingest/write/to-rejection.ts";
import type { Verdict } from "../../judge/judge-delivery.ts";
import type { JobReads } from "../../store/ports/job-reads.ts";
import type { RejectionReads } from "../../store/ports/rejection-reads.ts";
import { compareStates } from "../../store/rules/advance-job.ts";
import { pause } from "../../timing/pause.ts";

type Reads = Pick<JobReads, "findJob"> & Pick<RejectionReads, "findRejection">;

/** A job message that was published: where the store will show how it ended. */
export interface Awaited {
  /** Project, guid and state for one that should be stored; null for one that should be rejected. */
  readonly job: { readonly project: string; readonly guid: string; readonly state: string } | null;
  /** Under which a rejection of it would stand. */
  readonly rejectionIds: readonly string[];
  /** How often, and when last, each of these was seen before it was published. */
  readonly seenBefore: readonly string[];
}

/** `late`: the time is up. */
export type End =
  | { readonly kind: "stored"; readonly state: string }
  | { readonly kind: "rejected"; readonly id: string; readonly fault: Fault }
  | { readonly kind: "late" };

const POLL_MS = 200;

/**
 * What to look for, and how the store stands before anything is published: the worker's clock may differ from ours, so
 * a rejection is known for a new one by its count, not by its time.
 *
 * @param verdict - on one job of the delivery; that of `unscheduled` leaves no trace, and is not waited for.
 */
export async function toAwaited(
  delivery: Delivery,
  verdict: Exclude<Verdict, { kind: "skipped" }>,
  store: Reads,
): Promise<Awaited> {
  const route = toStoredRoute(originOf(delivery));
  // A worker with stricter limits refuses the body without looking into it, and keeps it whole.
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
 * Waits until a message has ended, or until the deadline. A store that is away for a while is asked again.
 *
 * @param deadlineMs - by `performance.now()`; at least one look is taken.
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
  // First: a job may stand there from an earlier message, while this one was refused.
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
