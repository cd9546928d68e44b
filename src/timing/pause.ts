/**
 * Waits for some milliseconds, or until the signal is aborted. An abort does not reject the promise; the caller checks the signal.
 *
 * @param keepsAlive - false if the process may end during the pause when nothing else keeps it alive.
 */
export function pause(ms: number, stop?: AbortSignal, keepsAlive = true): Promise<void> {
  return new Promise((resolve) => {
    if (stop?.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      stop?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (!keepsAlive) timer.unref();
    stop?.addEventListener("abort", end);
  });
}
