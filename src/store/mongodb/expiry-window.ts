/** A range of time in which jobs are looked for, in milliseconds since the Unix epoch. */
export interface ExpiryWindow {
  readonly fromMs: number;
  readonly widthMs: number;
}

/** The ends of what may go. See `ExpiryQuery`. */
export interface ExpiryLimits {
  readonly finishedMs: number;
  readonly unfinishedMs: number;
}

/** A window is not made narrower than this. */
const NARROWEST_MS = 60_000;

/** Returns the window to begin with: all the time there is. It is only made narrower if that holds too many jobs. */
export function firstWindow({ finishedMs }: ExpiryLimits): ExpiryWindow {
  return { fromMs: 0, widthMs: Math.max(NARROWEST_MS, finishedMs) };
}

/**
 * Returns where the window ends. Before `unfinishedMs` all jobs may go, and after it only completed ones, so no window reaches
 * across it: one condition for all of a window can be answered from an index by every server.
 */
export function endOf({ fromMs, widthMs }: ExpiryWindow, limits: ExpiryLimits): number {
  return Math.min(fromMs + widthMs, hasAll({ fromMs }, limits) ? limits.unfinishedMs : limits.finishedMs);
}

/** Returns whether all jobs of the window may go, also those that are not completed. */
export function hasAll({ fromMs }: Pick<ExpiryWindow, "fromMs">, { unfinishedMs }: ExpiryLimits): boolean {
  return fromMs < unfinishedMs;
}

/**
 * Returns the next window; null at the end.
 *
 * @param isFull - the window had as many jobs as were asked for. Its beginning is looked at again, in a narrower window: the server
 *   passes over the jobs that stay each time, and in a narrow window there are few of them.
 */
export function nextWindow(window: ExpiryWindow, limits: ExpiryLimits, isFull: boolean): ExpiryWindow | null {
  const { fromMs, widthMs } = window;
  const endMs = endOf(window, limits);
  if (isFull) return { fromMs, widthMs: Math.max(NARROWEST_MS, Math.ceil((endMs - fromMs) / 2)) };
  return endMs >= limits.finishedMs ? null : { fromMs: endMs, widthMs: widthMs * 2 };
}
