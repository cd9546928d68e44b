import { numberAfter, numberOf } from "../../domain/document-numbers.ts";
import { jobId } from "../../domain/ids.ts";
import type { Origin } from "../../domain/origin.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { ApiReads } from "../../store/ports/api-reads.ts";

/** How many runs of a job are looked for. */
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
 * Returns those of the arrivals that belong to a run that a later retry has renamed; see `retriedGuid`. That run has them already,
 * under its new guid. If they were stored again, they would create the job again, or change its next run. Only clients retry in this
 * way.
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

/** Returns the numbers that the runs of a job have. Each run gets the first one that is free, and keeps it when it is renamed. */
function numbersOf(id: string): number[] {
  const numbers: number[] = [];
  for (let number = numberOf(id); numbers.length < RUNS; number = numberAfter(number)) numbers.push(number);
  return numbers;
}

/** Returns the id that a renamed job had before, and when it was renamed; null if it was not. */
function retriedBefore({ project, job_guid, transitions }: StoredJob): { id: string; at: string } | null {
  const [, before] = /^([^_]+)_\d{5}$/.exec(job_guid) ?? [];
  const retry = transitions.findLast(({ state, result }) => state === "completed" && result === "retry");
  if (before === undefined || retry?.origin !== "rest") return null;
  return { id: jobId(project, before), at: retry.received_at };
}
