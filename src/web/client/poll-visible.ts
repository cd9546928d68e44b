/**
 * Polls while the page is visible, and immediately when it becomes visible again. After each failure the pause doubles, up to a minute.
 * Two requests never overlap.
 *
 * @param ask - sends a request. Returns whether there was an answer.
 * @returns a function that stops polling.
 */
export function pollWhileVisible(everyMs: number, ask: () => Promise<boolean>): () => void {
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsking = false;
  const ended = new AbortController();

  async function askNow(): Promise<void> {
    clearTimeout(timer);
    if (isAsking || document.visibilityState !== "visible") return;
    isAsking = true;
    failures = (await ask()) ? 0 : failures + 1;
    isAsking = false;
    if (!ended.signal.aborted) wait(Math.min(everyMs * 2 ** failures, LONGEST_MS));
  }

  function wait(ms: number): void {
    timer = setTimeout(() => void askNow(), ms);
  }

  wait(everyMs);
  document.addEventListener("visibilitychange", () => void askNow(), { signal: ended.signal });
  return () => {
    ended.abort();
    clearTimeout(timer);
  };
}

const LONGEST_MS = 60_000;
