import type { JobCell } from "../../domain/job-cell.ts";
import type { StoredJob } from "../../domain/stored-job.ts";

/** The fields of a job that {@link gridCell} shows. No others have to be read. */
export const SHOWN = [
  ...([
    "job_guid",
    "state",
    "result",
    "failure_classification_id",
    "tier",
    "group_symbol",
    "group_name",
  ] as const),
  ...(["job_symbol", "name", "machine_platform", "options", "submit_timestamp"] as const),
  ...(["start_timestamp", "end_timestamp", "version"] as const),
] as const;

/** Returns what the grid shows of a job. */
export function gridCell(job: Pick<StoredJob, (typeof SHOWN)[number]>): JobCell {
  return [
    job.job_guid,
    job.state,
    job.result,
    job.failure_classification_id,
    job.tier,
    job.group_symbol,
    job.group_name,
    job.job_symbol,
    job.name,
    job.machine_platform.platform,
    job.options,
    job.submit_timestamp,
    job.start_timestamp,
    job.end_timestamp,
    job.version,
  ];
}
