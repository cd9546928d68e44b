import { CELL, type JobCell } from "../../domain/job-cell.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { StoredPlatform } from "../../domain/submission.ts";
import type { JobChanges } from "./advance-job.ts";

/** The only fields of a job that must be read for {@link gridCell}. */
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

type ShownJob = Omit<
  Pick<StoredJob, (typeof SHOWN)[number]>,
  "failure_classification_id" | "machine_platform"
> & {
  readonly failure_classification_id: number;
  readonly machine_platform: Pick<StoredPlatform, "platform">;
};

/** Returns the grid cell of a job. */
export function gridCell(job: ShownJob): JobCell {
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

/** Applies the changes of a job to its grid cell. The whole job is not needed. */
export function changedCell(cell: JobCell, changes: JobChanges): JobCell {
  return gridCell({
    job_guid: changes.job_guid ?? cell[CELL.guid],
    state: changes.state,
    // Null is a valid result, so `??` cannot be used here.
    result: changes.result === undefined ? cell[CELL.result] : changes.result,
    failure_classification_id: changes.failure_classification_id ?? cell[CELL.classification],
    tier: changes.tier ?? cell[CELL.tier],
    group_symbol: changes.group_symbol ?? cell[CELL.groupSymbol],
    group_name: changes.group_name ?? cell[CELL.groupName],
    job_symbol: changes.job_symbol ?? cell[CELL.symbol],
    name: changes.name ?? cell[CELL.name],
    machine_platform: changes.machine_platform ?? { platform: cell[CELL.platform] },
    options: changes.options ?? cell[CELL.options],
    submit_timestamp: changes.submit_timestamp ?? cell[CELL.submit],
    start_timestamp: changes.start_timestamp ?? cell[CELL.start],
    end_timestamp: changes.end_timestamp ?? cell[CELL.end],
    version: changes.version,
  });
}
