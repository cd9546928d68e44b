import type { PreparedJob } from "../../domain/submission.ts";

/**
 * Returns how long a job that has not ended may still take, in words; null if it has ended, or if nothing is known.
 *
 * @param typicalSeconds - how long jobs of the same kind took; null if none of them has ended.
 * @see spec/ui.md, section 2, row 2
 */
export function timeRemaining(
  { state, start_timestamp: started }: Pick<PreparedJob, "state" | "start_timestamp">,
  typicalSeconds: number | null,
  nowSeconds: number,
): string | null {
  if (typicalSeconds === null) return null;
  const typical = `~${minutes(typicalSeconds)} mins`;
  if (state === "pending") return `Typically takes ${typical} once started`;
  if (state !== "running" || started === 0) return null;
  const left = minutes(typicalSeconds - (nowSeconds - started));
  if (left > 0) return `Time remaining: ~${left} minutes`;
  return left === 0
    ? `Due any minute now, typically takes ${typical}`
    : `${-left} mins overdue, typically takes ${typical}`;
}

function minutes(seconds: number): number {
  return Math.round(seconds / 60);
}
