import { logId } from "../../domain/ids.ts";
import type { ParseStatus } from "../../domain/submission.ts";
import { blankLogUrl } from "../../domain/text/blank-url.ts";
import type { ApiReads, ListedJob, ReadJob } from "../../store/ports/api-reads.ts";
import type { JobReads } from "../../store/ports/job-reads.ts";
import type { StoredLog } from "../../store/ports/log-store.ts";
import { fits } from "./conditions.ts";
import { toJobRow } from "./job-row.ts";
import { readSlices } from "./list-jobs.ts";
import { createNameNumbers } from "./name-numbers.ts";
import { numberParts } from "./part-numbers.ts";
import { shownArtifacts } from "./shown-artifacts.ts";

/** A log of a job as the read API shows it. */
export interface LogRow {
  readonly id: number;
  readonly name: string;
  /** Without a password. A signature is kept, because the log cannot be fetched without it. */
  readonly url: string;
  readonly parse_status: ParseStatus;
}

/** Returns everything that the read API shows of one job. */
export async function jobView(
  store: Pick<ApiReads, "listArtifacts"> & Pick<JobReads, "findJob">,
  listed: ReadJob,
): Promise<object> {
  const numberOf = createNameNumbers();
  const { job_group_id, ...row } = toJobRow(listed, numberOf);
  const { project, job_guid, machine } = listed.job;
  const artifacts = await shownArtifacts(store, listed.job);
  const logs = (await store.findJob(project, job_guid))?.logs ?? [];
  return {
    ...row,
    machine_id: numberOf(machine),
    resource_uri: `/api/project/${project}/jobs/${row.id}/`,
    logs: logs.map(({ name, url }) => ({ name, url: blankLogUrl(url) })),
    artifacts: artifacts.map(({ id, name, type }) => {
      return { id, name, type, resource_uri: `/api/project/${project}/artifact/${id}/` };
    }),
  };
}

/** Returns the logs of a job in the order of arrival. */
export async function jobLogs(store: Pick<JobReads, "findJob">, { job }: ReadJob): Promise<LogRow[]> {
  return toLogRows(job.rest_id, (await store.findJob(job.project, job.job_guid))?.logs ?? []);
}

function toLogRows(jobNumber: number, logs: readonly StoredLog[]): LogRow[] {
  const ids = numberParts(
    jobNumber,
    logs.map(({ project, job_guid, name, url }) => logId(project, job_guid, name, url)),
  );
  return logs.map(({ name, url, parse_status }, at) => {
    return { id: ids[at] ?? 0, name, url: blankLogUrl(url), parse_status };
  });
}

/** The most jobs, changed around the same time, among which similar jobs are looked for. */
const MAX_LOOKED_AT = 5000;
const AROUND_MS = 3 * 86_400_000;

/** Returns jobs of the same kind (the same signature) that were changed around the same time, most recently submitted first. */
export async function similarJobs(
  store: Pick<ApiReads, "selectJobs" | "readListed">,
  { job }: ReadJob,
  count: number,
): Promise<ListedJob[]> {
  const at = Date.parse(job.last_modified);
  const iso = (ms: number): string => new Date(ms).toISOString();
  const around = { from: iso(at - AROUND_MS), to: iso(at + AROUND_MS) };
  const same = [{ field: "signature", op: "eq", values: [job.signature] }] as const;
  const similar: ListedJob[] = [];
  const near = { by: "change", project: job.project, ...around } as const;
  for await (const slice of readSlices(store, await store.selectJobs(near, null, MAX_LOOKED_AT))) {
    for (const other of slice) {
      if (other.job.rest_id !== job.rest_id && fits({ ...other.job }, same)) similar.push(other);
    }
  }
  return similar.toSorted((a, b) => b.job.submit_timestamp - a.job.submit_timestamp).slice(0, count);
}

/** The most jobs of one push that are counted. No known push has as many. */
const MAX_COUNTED = 1_000_000;

/** Counts the jobs of a push by state; completed jobs are counted by result. */
export async function countStates(
  store: Pick<ApiReads, "selectJobs" | "readListed">,
  push: string,
): Promise<Record<string, number>> {
  const counts = new Map<string, number>();
  const handles = await store.selectJobs({ by: "push", pushes: [push] }, null, MAX_COUNTED);
  for await (const slice of readSlices(store, handles)) {
    for (const { job, coalesced_to } of slice) {
      const ended = job.state === "completed" ? (job.result ?? "unknown") : job.state;
      const kind = coalesced_to === null ? ended : "coalesced";
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
  }
  return Object.fromEntries([...counts].sort());
}
