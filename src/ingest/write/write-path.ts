import { faultOfItem, faultWithin } from "../../domain/explain-fault.ts";
import type { Fault } from "../../domain/faults.ts";
import type { Verdict } from "../../judge/verdict.ts";
import type { StoreOutcome, SubmissionStore } from "../../store/ports/submission-store.ts";
import { guidOf, type JobEnd, type JudgedJob } from "../progress/message.ts";
import { type MessageProgress, withEnds } from "../progress/message-progress.ts";
import type { PatientStore } from "../progress/patient-store.ts";
import { unlessAway } from "../progress/unless-away.ts";
import { bugFault, isRejectedAfterBug } from "./bug-fault.ts";
import { halve } from "./halve.ts";
import { type JudgedSlice, judge } from "./judge.ts";
import { makeRejections } from "./make-rejections.ts";
import type { SliceLimits } from "./slice.ts";
import {
  type AcceptedJob,
  type Judged,
  projectOf,
  toArrival,
  toArtifactArrival,
  toResultSetArrival,
} from "./to-arrival.ts";
import type { Refused } from "./to-rejection.ts";

/*
 * The write path, from top to bottom: judge, plan, write, reject, settle. The README draws these steps with their exits, and
 * `test/ingest/write/steps.test.ts` compares the drawing with this code.
 */

export type WriteStore = Pick<
  SubmissionStore,
  "storeSubmissions" | "storeResultSets" | "storeArtifacts" | "recordRejections"
>;

export interface WriteOptions {
  readonly store: PatientStore<WriteStore>;
  /** How much of a rejected payload is kept, in bytes. */
  readonly rejectionMaxBytes: number;
  /** Returns the name of the daily quota for a sender's rejections, or null if they count against no quota. */
  readonly quotaOf: (sender: string) => string | null;
}

/** Returns the store to write a judged slice to. That store also stores the segment of the messages that end with this slice. */
type StoreFor = (judged: JudgedSlice) => Promise<PatientStore<WriteStore>>;

/** The result of writing one slice of some messages. */
export interface Pass {
  /** All messages that were given, in order. */
  readonly batch: readonly MessageProgress[];
  /** The jobs that were tried, each with its end, or with null if the store stayed away. */
  readonly ends: ReadonlyMap<JudgedJob, JobEnd | null>;
  /** How long writing the jobs took, in milliseconds, without the time to judge them. */
  readonly writeMs: number;
}

/**
 * Judges and writes the first jobs of these messages that have not ended, up to the limits of one write. If the store stays away,
 * nothing after the first job without an end is tried, to keep the order. Never throws.
 */
export async function writeSlice(
  batch: readonly MessageProgress[],
  options: WriteOptions & { readonly batch: SliceLimits; readonly storeFor?: StoreFor },
): Promise<Pass> {
  const judged = await judge(batch, options.batch);
  const store = (await options.storeFor?.(judged)) ?? options.store;
  const startedAtMs = performance.now();
  const ends = await writeJobs(judged.jobs, { ...options, store });
  const writeMs = performance.now() - startedAtMs;
  const settled = settle(judged, ends);
  return { ...settled, writeMs };
}

/**
 * Writes judged jobs of any origin: stores the accepted jobs, records rejections of the others, and returns one end for each job, in
 * order. All writes that an end reports are durable. An end is null if the store stayed away; that job may be written again.
 *
 * Never throws. A job that triggers a bug in our code ends as `failed`, or as rejected with `internal-error`.
 */
export async function writeJobs(
  jobs: readonly JudgedJob[],
  options: WriteOptions,
): Promise<readonly (JobEnd | null)[]> {
  try {
    const planned = plan(jobs);
    const written = await write(planned.accepted, options);
    if (written === null) return jobs.map(() => null);
    const refusalOf = new Map(
      [...planned.refused, ...written.refused].map((refused) => [refused.job, refused]),
    );
    // Rejections are recorded in the order of the jobs, because the first ones use up the rest of a quota.
    const rejected = await reject(
      jobs.flatMap((job) => refusalOf.get(job) ?? []),
      options,
    );
    const ends = new Map([...planned.ends, ...written.ends, ...rejected]);
    return jobs.map((job) => ends.get(job) ?? null);
  } catch (error) {
    return jobs.map((job) => failedBy([...job.bugs, error]));
  }
}

type Ends = ReadonlyMap<JudgedJob, JobEnd>;

/** The jobs, pushes and artifacts to store. Only REST requests contain pushes, or artifacts without their job. */
interface AcceptedJobs {
  readonly pushes: readonly Judged<"push">[];
  readonly jobs: readonly Judged<"accepted">[];
  readonly artifacts: readonly Judged<"artifact">[];
}

/** A job to reject, with the reason. */
interface RefusedJob {
  readonly job: JudgedJob;
  readonly refused: Refused;
  readonly bugs: readonly unknown[];
}

/** Sorts jobs by their verdict into those to store, those to reject, and those that have ended. Pure. */
function plan(jobs: readonly JudgedJob[]) {
  const refused: RefusedJob[] = [];
  const ends = new Map<JudgedJob, JobEnd>();
  for (const job of jobs) {
    const { verdict, bugs } = job;
    if (verdict.kind === "rejected") refused.push({ job, refused: verdict, bugs });
    if (verdict.kind === "skipped") ends.set(job, endAs("skipped"));
    if (verdict.kind === "failed") ends.set(job, { ...endAs("failed"), fault: verdict.fault, bugs });
  }
  const accepted: AcceptedJobs = {
    pushes: jobs.filter(isOf("push")),
    jobs: jobs.filter(isOf("accepted")),
    artifacts: jobs.filter(isOf("artifact")),
  };
  return { accepted, refused, ends };
}

function isOf<Kind extends Verdict["kind"]>(kind: Kind) {
  return (job: JudgedJob): job is Judged<Kind> => job.verdict.kind === kind;
}

/**
 * Stores the accepted items: pushes before jobs, and jobs before artifacts, which need their job. Returns the ends of the stored items,
 * and the items that the store refused, such as a job with an unknown revision hash. Returns null if the store stayed away.
 */
async function write({ pushes, jobs, artifacts }: AcceptedJobs, { store }: WriteOptions) {
  const tried = await unlessAway(async () => [
    ...(await halved(pushes, (part) =>
      store.ask((there) => there.storeResultSets(part.map(toResultSetArrival))),
    )),
    ...(await halved(jobs, (part) => store.ask((there) => there.storeSubmissions(part.map(toArrival))))),
    ...(await halved(artifacts, (part) =>
      store.ask((there) => there.storeArtifacts(part.map(toArtifactArrival))),
    )),
  ]);
  if (tried === null) return null;
  const refused: RefusedJob[] = [];
  const ends = new Map<JudgedJob, JobEnd>();
  for (const [job, one] of tried) {
    if (!one.ok) {
      const fault = bugFault(one.bug);
      const bugs = [one.bug];
      if (!isRejectedAfterBug(job.message.origin)) ends.set(job, failedBy(bugs));
      else refused.push({ job, refused: toRefused(job, fault), bugs });
    } else if (one.result.kind === "rejected") {
      const { fault: found } = one.result;
      const isPosted = job.message.origin.kind === "rest";
      const fault = isPosted ? faultOfItem(found) : faultWithin(found, job.verdict.at);
      refused.push({ job, refused: toRefused(job, fault), bugs: [] });
    } else {
      const { kind, jobOf = null } = one.result;
      const keptPush = (kind === "unchanged" && one.result.keptPush) || null;
      ends.set(job, { ...endAs(kind), jobOf, keptPush });
    }
  }
  return { refused, ends };
}

/** Returns each job with the result of its write, or with the bug that it triggered; see {@link halve}. */
async function halved<Job extends JudgedJob>(
  jobs: readonly Job[],
  work: (part: readonly Job[]) => Promise<readonly StoreOutcome[]>,
) {
  const tried = await halve(jobs, work);
  return jobs.flatMap((job, index) => {
    const one = tried[index];
    return one === undefined ? [] : [[job, one] as const];
  });
}

/** Records rejections. Returns the ends of the jobs; a job has none if the store stayed away. */
async function reject(refusals: readonly RefusedJob[], options: WriteOptions): Promise<Ends> {
  const isRepeated = ({ job }: RefusedJob): boolean => isRejectedAfterBug(job.message.origin);
  const first = await record(refusals, options.rejectionMaxBytes, options);
  // Only content that somebody else wrote can make the store fail here. If that happens repeatedly, only its hash is kept.
  const second = await record(first.unrecorded.filter(isRepeated).map(withoutContent), 0, options);
  const unrecorded = [...first.unrecorded.filter((refusal) => !isRepeated(refusal)), ...second.unrecorded];
  const failed = unrecorded.map(({ job, bugs }) => [job, failedBy(bugs)] as const);
  return new Map([...first.ends, ...second.ends, ...failed]);
}

async function record(refusals: readonly RefusedJob[], maxBytes: number, { store, quotaOf }: WriteOptions) {
  const ends = new Map<JudgedJob, JobEnd>();
  const unrecorded: RefusedJob[] = [];
  for await (const made of makeRejections(refusals, maxBytes, quotaOf)) {
    const tried = await unlessAway(() =>
      halve(made, (part) =>
        store.ask((there) => there.recordRejections(part.map(({ rejection }) => rejection))),
      ),
    );
    if (tried === null) break;
    for (const [index, one] of tried.entries()) {
      const refusal = made[index]?.refusal;
      if (refusal === undefined) continue;
      const { job, refused, bugs } = refusal;
      if (!one.ok) unrecorded.push({ ...refusal, bugs: [...bugs, one.bug] });
      else {
        const isOnlyCounted = one.result === "only-counted";
        ends.set(job, { ...endAs("rejected"), fault: refused.fault, isOnlyCounted, bugs });
      }
    }
  }
  return { ends, unrecorded };
}

/** Adds the ends to the progress of the messages, and drops the verdicts of the jobs that have ended. Pure. */
function settle({ jobs, batch }: JudgedSlice, ends: readonly (JobEnd | null)[]): Omit<Pass, "writeMs"> {
  const endOf = new Map(jobs.map((job, index) => [job, ends[index] ?? null]));
  return { batch: batch.map((progress) => withEnds(progress, (job) => endOf.get(job) ?? null)), ends: endOf };
}

function endAs(outcome: JobEnd["outcome"]): JobEnd {
  return { outcome, fault: null, isOnlyCounted: false, jobOf: null, keptPush: null, bugs: [] };
}

function failedBy(bugs: readonly unknown[]): JobEnd {
  return { ...endAs("failed"), fault: bugFault(bugs.at(-1)), bugs };
}

function toRefused(job: AcceptedJob, fault: Fault): Refused {
  const { verdict } = job;
  return { fault, payload: verdict.payload, project: projectOf(verdict), task_id: guidOf(job) };
}

function withoutContent({ job, refused, bugs }: RefusedJob): RefusedJob {
  const fault = bugFault(bugs.at(-1));
  return { job, refused: { fault, payload: refused.payload, project: null, task_id: null }, bugs };
}
