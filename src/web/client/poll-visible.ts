/**
 * Asks again and again while the page is visible, and at once when it becomes visible again. After a failure it waits longer each
 * time, up to a minute. Two questions are never asked at once.
 *
 * @param ask - returns whether there was an answer.
 * @returns a function that ends it.
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
