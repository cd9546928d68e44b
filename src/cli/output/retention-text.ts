import { duration } from "../../domain/text/duration.ts";
import type { WorkerStatus } from "../../http/observe/worker-status.ts";

/** Returns what a worker has removed because it was too old, and how far it is, in one line. */
export function retentionText({
  working,
  held_by,
  last_run_at,
  lag_seconds,
  removed,
}: WorkerStatus["retention"]): string {
  const gone = countsText(removed);
  const since = `removed since start: ${gone === "" ? "nothing" : gone}`;
  if (working && lag_seconds > 0) return `at work, ${duration(lag_seconds)} behind; ${since}`;
  if (working) return `at work; ${since}`;
  const holder = held_by === null ? "" : `; ${held_by} is at it`;
  return `${last_run_at === null ? "no run ended yet" : `last run ended ${last_run_at}`}${holder}; ${since}`;
}

/** Returns counts in words, without those that are zero; "" if all are. */
export function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${count === 1 ? singular(kind) : kind}`)
    .join(", ");
}

function singular(kind: string): string {
  return kind === "pushes" ? "push" : kind.replace(/s$/, "");
}
