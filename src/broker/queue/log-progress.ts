import type { Log } from "../../log.ts";

const EVERY_MS = 1000;

/**
 * Returns a function that counts completed work, and logs the total at most once a second. Work that takes less than a second logs
 * nothing.
 *
 * @param what - the prefix of the event's name: `binding` gives `binding_progress`.
 * @param about - additional fields of each line; `of` is the amount of work.
 */
export function logProgress(
  what: string,
  about: { readonly queue: string; readonly of: number },
  log: Pick<Log, "info">,
): (more: number) => void {
  let done = 0;
  let loggedAtMs = performance.now();
  return (more) => {
    done += more;
    const nowMs = performance.now();
    if (nowMs - loggedAtMs < EVERY_MS) return;
    loggedAtMs = nowMs;
    log.info(`${what}_progress`, { ...about, done });
  };
}
