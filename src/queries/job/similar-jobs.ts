import { CELL } from "../../domain/job-cell.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { PageReads } from "../../store/ports/page-reads.ts";
import type { SimilarRow } from "../../web/shown-job.ts";

/** How many jobs of a kind are shown. */
const MAX_SIMILAR = 20;
/** The results of runs that were not cut short, so that their durations are typical. */
const WHOLE_RUNS: readonly (string | null)[] = ["success", "testfailed"];

/** Returns the jobs of the same kind in the newest pushes of the project, newest first. */
export async function similarJobs(
  store: Pick<PageReads, "listSimilarJobs">,
  { project, signature, job_guid }: Pick<StoredJob, "project" | "signature" | "job_guid">,
): Promise<SimilarRow[]> {
  const { jobs } = await store.listSimilarJobs({ project, signature, limit: MAX_SIMILAR });
  return jobs
    .filter(({ cell }) => cell[CELL.guid] !== job_guid)
    .slice(0, MAX_SIMILAR)
    .map(({ cell, push }) => ({
      guid: cell[CELL.guid],
      state: cell[CELL.state],
      result: cell[CELL.result],
      submit_timestamp: cell[CELL.submit],
      start_timestamp: cell[CELL.start],
      end_timestamp: cell[CELL.end],
      revision: push.revision,
      order_at: push.order_at,
    }));
}

/** Returns the median duration of the jobs that were not cut short, in seconds; null if there are none. Pure. */
export function typicalSeconds(similar: readonly SimilarRow[]): number | null {
  const durations = similar
    .filter(({ result, start_timestamp: start, end_timestamp: end }) => {
      return WHOLE_RUNS.includes(result) && start > 0 && end >= start;
    })
    .map(({ start_timestamp: start, end_timestamp: end }) => end - start)
    .toSorted((a, b) => a - b);
  return durations[Math.floor(durations.length / 2)] ?? null;
}
