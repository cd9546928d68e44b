/** A range of time in which to search for expired jobs, in milliseconds since the Unix epoch. */
export interface ExpiryWindow {
  readonly fromMs: number;
  readonly widthMs: number;
}

/** The times before which jobs have expired, in milliseconds since the Unix epoch. See `ExpiryQuery`. */
export interface ExpiryLimits {
  readonly finishedMs: number;
  readonly unfinishedMs: number;
}

/** A window is not made narrower than this. */
const NARROWEST_MS = 60_000;

/** Returns the first window, which covers all time. It is only narrowed if it contains too many jobs. */
export function firstWindow({ finishedMs }: ExpiryLimits): ExpiryWindow {
  return { fromMs: 0, widthMs: Math.max(NARROWEST_MS, finishedMs) };
}

/**
 * Returns the end of a window. All jobs before `unfinishedMs` have expired, and after it only completed ones. No window extends across
 * it, so that a single condition holds for the whole window, which every server can answer from an index.
 */
export function endOf({ fromMs, widthMs }: ExpiryWindow, limits: ExpiryLimits): number {
  return Math.min(fromMs + widthMs, hasAll({ fromMs }, limits) ? limits.unfinishedMs : limits.finishedMs);
}

/** Returns whether all jobs of the window have expired, including those that are not completed. */
export function hasAll({ fromMs }: Pick<ExpiryWindow, "fromMs">, { unfinishedMs }: ExpiryLimits): boolean {
  return fromMs < unfinishedMs;
}

/**
 * Returns the next window; null at the end.
 *
 * @param isFull - whether the window had as many jobs as were requested. Its start is then searched again in a narrower window. Each
 *   search scans the jobs that are kept, and a narrow window contains few of them.
 */
export function nextWindow(window: ExpiryWindow, limits: ExpiryLimits, isFull: boolean): ExpiryWindow | null {
  const { fromMs, widthMs } = window;
  const endMs = endOf(window, limits);
  if (isFull) return { fromMs, widthMs: Math.max(NARROWEST_MS, Math.ceil((endMs - fromMs) / 2)) };
  return endMs >= limits.finishedMs ? null : { fromMs: endMs, widthMs: widthMs * 2 };
}
