import type { ExpiryQuery } from "../store/ports/retention-store.ts";

const DAY_MS = 86_400_000;

/**
 * Returns a query for the jobs of a project that may be removed. Completed jobs are removed after the given number of days. Other jobs
 * are kept twice as long, because they may still change.
 *
 * @param days - 0 to keep the jobs for ever. The function then returns null.
 */
export function expiryQuery(project: string, days: number, nowMs: number): ExpiryQuery | null {
  if (days === 0) return null;
  return {
    project,
    finishedBefore: daysBefore(days, nowMs),
    unfinishedBefore: daysBefore(2 * days, nowMs),
  };
}

/** Returns the time that is this many days before `nowMs`, in ISO 8601. */
export function daysBefore(days: number, nowMs: number): string {
  // No document is older than the epoch.
  return new Date(Math.max(0, nowMs - days * DAY_MS)).toISOString();
}

/** Returns for how long, at least, a job that was last changed at this time has been due for removal, in milliseconds. */
export function lagOf(last_modified: string, { finishedBefore, unfinishedBefore }: ExpiryQuery): number {
  const limit = last_modified < unfinishedBefore ? unfinishedBefore : finishedBefore;
  return Math.max(0, Date.parse(limit) - Date.parse(last_modified));
}
