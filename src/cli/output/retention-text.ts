import { countsText } from "../../domain/text/counts-text.ts";
import { duration } from "../../domain/text/duration.ts";
import type { WorkerStatus } from "../../http/observe/worker-status.ts";

/** Describes in one line what a worker has removed because it was too old, and how far behind it is. */
export function retentionText({
  working,
  held_by,
  last_run_at,
  lag_seconds,
  removed,
}: Omit<WorkerStatus["retention"], "kept">): string {
  const gone = countsText(removed);
  const since = `removed since start: ${gone === "" ? "nothing" : gone}`;
  if (working && lag_seconds > 0) return `at work, ${duration(lag_seconds)} behind; ${since}`;
  if (working) return `at work; ${since}`;
  const holder = held_by === null ? "" : `; ${held_by} is removing now`;
  return `${last_run_at === null ? "no run ended yet" : `last run ended ${last_run_at}`}${holder}; ${since}`;
}
