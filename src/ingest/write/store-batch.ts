import { type Delivery, originOf } from "../../domain/delivery.ts";
import { faultWithin } from "../../domain/explain-fault.ts";
import { type Fault, Unavailable } from "../../domain/faults.ts";
import type { Rejection, RejectionEnd } from "../../domain/rejection.ts";
import { blankUrls } from "../../domain/text/blank-url.ts";
import type { Verdict } from "../../judge/judge-delivery.ts";
import type { Arrival, StoreOutcome, SubmissionStore } from "../../store/ports/submission-store.ts";
import { EventLoopTurns } from "../../timing/event-loop-turns.ts";
import type { JobInHand } from "../progress/job-in-hand.ts";
import { halve } from "./halve.ts";
import { type Refused, toRejection } from "./to-rejection.ts";

export interface StoreBatchOptions {
  readonly store: Pick<SubmissionStore, "storeSubmissions" | "recordRejections">;
  /** Tries again while the store is away; see `holdWhileAway`. */
  readonly hold: <T>(work: () => Promise<T>) => Promise<T>;
  readonly rejectionMaxBytes: number;
  /** Whose daily quota the rejections of an exchange take; null: nobody's. */
  readonly quotaOf: (exchange: string) => string | null;
  readonly onRejected: (job: JobInHand, refused: Refused, end: RejectionEnd) => void;
  /** A bug in our code, or in the store's. */
  readonly onBug: (job: JobInHand, error: unknown) => void;
}

interface AcceptedJob extends JobInHand {
  readonly verdict: Extract<Verdict, { kind: "accepted" }>;
}

interface RefusedJob {
  readonly job: JobInHand;
  readonly refused: Refused;
}

/**
 * Stores what was accepted, records what was rejected, and sets the outcome of every job of the batch.
 * When it returns, what the outcomes say is durable. Never throws: where `hold` gave up, the store being away, the
 * rest of the batch is left without an outcome.
 */
export async function storeBatch(jobs: readonly JobInHand[], options: StoreBatchOptions): Promise<void> {
  try {
    const refused = await storeAccepted(jobs.filter(isAccepted), options);
    for (const job of jobs) {
      const { verdict } = job;
      if (verdict.kind === "skipped" || verdict.kind === "failed") job.outcome = verdict.kind;
      if (verdict.kind === "rejected") refused.push({ job, refused: verdict });
    }
    await recordRefused(refused, options);
  } catch (error) {
    if (error instanceof Unavailable) return;
    const [first] = jobs;
    if (first !== undefined) options.onBug(first, error);
    for (const job of jobs) job.outcome ??= "failed";
  }
}

function isAccepted(job: JobInHand): job is AcceptedJob {
  return job.verdict.kind === "accepted";
}

/** Gives those that the store refused, e.g. for a revision hash that nobody knows. */
async function storeAccepted(
  jobs: readonly AcceptedJob[],
  options: StoreBatchOptions,
): Promise<RefusedJob[]> {
  const { store, hold } = options;
  const ends = await halve<AcceptedJob, StoreOutcome | "failed">(
    jobs,
    (part) => hold(() => store.storeSubmissions(part.map(toArrival))),
    (job, error) => {
      options.onBug(job, error);
      const end = afterBug(job.delivery, error);
      return end === "failed" ? end : { kind: "rejected", fault: end };
    },
  );
  const refused: RefusedJob[] = [];
  jobs.forEach((job, index) => {
    const end = ends[index];
    if (end === undefined || end === "failed") job.outcome = "failed";
    else if (end.kind === "rejected") {
      const fault = faultWithin(end.fault, job.verdict.at);
      refused.push({ job, refused: { ...readable(job), fault } });
    } else {
      job.outcome = end.kind;
      if (end.jobOf !== undefined) job.jobOf = end.jobOf;
    }
  });
  return refused;
}

async function recordRefused(jobs: readonly RefusedJob[], options: StoreBatchOptions): Promise<void> {
  const bugs = await record(jobs, options.rejectionMaxBytes, options);
  // A store can only stumble over what a stranger wrote. So the second time round none of that is kept but its hash:
  // else the broker would hand it out, and we hand it back, for ever.
  const bare = [...bugs].flatMap(([{ job, refused }, error]): RefusedJob[] => {
    const fault = afterBug(job.delivery, error);
    const { payload } = refused;
    return fault === "failed" ? [] : [{ job, refused: { payload, fault, project: null, task_id: null } }];
  });
  await record(bare, 0, options);
}

/** Gives those that the store did not take, each with the bug that struck. */
async function record(
  jobs: readonly RefusedJob[],
  maxBytes: number,
  { store, hold, quotaOf, onRejected, onBug }: StoreBatchOptions,
): Promise<ReadonlyMap<RefusedJob, unknown>> {
  const bugs = new Map<RefusedJob, unknown>();
  const turns = new EventLoopTurns();
  const ends = await halve<RefusedJob, RejectionEnd | "failed">(
    jobs,
    async (part) => {
      const rejections: Rejection[] = [];
      for (const { job, refused } of part) {
        const quota = quotaOf(job.delivery.exchange);
        const rejection = toRejection(job.delivery, refused, maxBytes);
        rejections.push(quota === null ? rejection : { ...rejection, quota });
        await turns.giveIfDue();
      }
      return hold(() => store.recordRejections(rejections));
    },
    (refusedJob, error) => {
      bugs.set(refusedJob, error);
      onBug(refusedJob.job, error);
      return "failed";
    },
  );
  jobs.forEach(({ job, refused }, index) => {
    const end = ends[index] ?? "failed";
    job.outcome = end === "failed" ? end : "rejected";
    if (end !== "failed") onRejected(job, refused, end);
  });
  return bugs;
}

/** Handed back once, since another try may meet other circumstances; the second time it is set aside. */
export function afterBug(delivery: Delivery, error: unknown): Fault | "failed" {
  return delivery.redelivered ? bugFault(error) : "failed";
}

/** A bug as the reason why a message is refused. */
export function bugFault(error: unknown): Fault {
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { reason: "internal-error", detail: blankUrls(detail) };
}

function toArrival({ delivery, verdict }: AcceptedJob): Arrival {
  return {
    submission: verdict.submission,
    origin: originOf(delivery),
    received_at: new Date(delivery.receivedAtMs).toISOString(),
  };
}

function readable({ verdict }: AcceptedJob): Omit<Refused, "fault"> {
  const { project, job } = verdict.submission;
  return { payload: verdict.payload, project, task_id: job.job_guid };
}
