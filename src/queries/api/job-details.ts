import * as z from "zod";
import { JOB_INFO } from "../../domain/ids.ts";
import type { ApiReads, JobSelection } from "../../store/ports/api-reads.ts";
import type { JobReads } from "../../store/ports/job-reads.ts";
import { type Condition, type Fields, fits } from "./conditions.ts";
import { badQuery } from "./read-refused.ts";

/** A detail of a job as the read API shows it. */
export interface JobDetailRow {
  readonly job_id: number;
  readonly job_guid: string;
  readonly title: string | null;
  readonly value: string;
  readonly url: string | null;
  /** How to show the value, e.g. `link` or `raw_html`; null if the publisher does not say. */
  readonly content_type: string | null;
}

export const detailFields: Fields = new Map([
  ["job_id", "number"],
  ["job_guid", "text"],
  ["repository", "text"],
  ["title", "text"],
  ["value", "text"],
  ["url", "text"],
  ["content_type", "text"],
]);

/** The most jobs that one request may name. */
const MAX_JOBS = 1000;

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
// The details were checked when they were stored. A detail that an earlier version stored in another form is left out.
const jobInfo = z.object({
  job_details: z.array(
    z.object({ title: text, value: z.string(), url: text, content_type: text }).nullable().catch(null),
  ),
});

/**
 * Lists the details of jobs, in the order of arrival.
 *
 * @throws ReadRefused if no filter names a job.
 */
export async function listJobDetails(
  store: Pick<ApiReads, "selectJobs" | "readJobs"> & Pick<JobReads, "findArtifact">,
  conditions: readonly Condition[],
): Promise<JobDetailRow[]> {
  const selection = selectionOf(conditions);
  if (selection === null) throw badQuery("add one of these filters: job_guid, job_id, job_id__in");
  const rows: JobDetailRow[] = [];
  for (const { job } of await store.readJobs(await store.selectJobs(selection, null, MAX_JOBS))) {
    const { project: repository, job_guid, rest_id: job_id } = job;
    if (
      !fits(
        { repository, job_guid, job_id },
        conditions.filter(({ field }) => isOfJob(field)),
      )
    )
      continue;
    const artifact = await store.findArtifact(repository, job_guid, JOB_INFO);
    const details =
      artifact === null ? [] : (jobInfo.safeParse(JSON.parse(artifact.blob)).data?.job_details ?? []);
    for (const detail of details) {
      if (detail === null) continue;
      const row = { job_id, job_guid, ...detail };
      if (fits({ ...row, repository }, conditions)) rows.push(row);
    }
  }
  return rows;
}

function isOfJob(field: string): boolean {
  return field === "repository" || field === "job_guid" || field === "job_id";
}

function selectionOf(conditions: readonly Condition[]): JobSelection | null {
  for (const { field, op, values } of conditions) {
    if (op !== "eq" && op !== "in") continue;
    if (field === "job_id") return { by: "number", numbers: values.map(Number) };
    if (field === "job_guid") return { by: "guid", guids: values.map(String) };
  }
  return null;
}
