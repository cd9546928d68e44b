import { numberAfter, numberOf } from "../../domain/document-numbers.ts";
import { jobId } from "../../domain/ids.ts";
import type { Origin } from "../../domain/origin.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { ApiReads } from "../../store/ports/api-reads.ts";

/** The maximum number of runs of a job to look for. */
const RUNS = 8;

/** A job or an artifact that arrived. */
export interface RunArrival {
  /** See `jobId`. */
  readonly job: string;
  readonly origin: Origin;
  /** ISO 8601, UTC. */
  readonly received_at: string;
}

/**
 * Returns the arrivals that belong to a run that a later retry has renamed; see `retriedGuid`. The renamed run already contains them,
 * under its new guid. Storing them again would create the old job again, or change its next run. Only REST clients retry in this way.
 */
export async function ofRetriedRuns<T extends RunArrival>(
  arrivals: readonly T[],
  store: Pick<ApiReads, "selectJobs" | "readJobs">,
): Promise<ReadonlySet<T>> {
  const posted = arrivals.filter(({ origin }) => origin.kind === "rest");
  if (posted.length === 0) return new Set();
  const numbers = [...new Set(posted.flatMap(({ job }) => numbersOf(job)))];
  const handles = await store.selectJobs({ by: "number", numbers }, null, numbers.length);
  const retriedAt = new Map<string, string>();
  for (const { job } of await store.readJobs(handles)) {
    const retried = retriedBefore(job);
    if (retried === null) continue;
    const { id, at } = retried;
    if (at > (retriedAt.get(id) ?? "")) retriedAt.set(id, at);
  }
  return new Set(posted.filter(({ job, received_at }) => received_at < (retriedAt.get(job) ?? "")));
}

/** Returns the numbers that the runs of a job may have. Each run gets the first free number, and keeps it when it is renamed. */
function numbersOf(id: string): number[] {
  const numbers: number[] = [];
  for (let number = numberOf(id); numbers.length < RUNS; number = numberAfter(number)) numbers.push(number);
  return numbers;
}

/** Returns the former id of a renamed job and the time of the renaming, or null if the job was not renamed. */
function retriedBefore({ project, job_guid, transitions }: StoredJob): { id: string; at: string } | null {
  const [, before] = /^([^_]+)_\d{5}$/.exec(job_guid) ?? [];
  const retry = transitions.findLast(({ state, result }) => state === "completed" && result === "retry");
  if (before === undefined || retry?.origin !== "rest") return null;
  return { id: jobId(project, before), at: retry.received_at };
}
