/**
 * Asks again and again while the page is visible, and at once when it becomes visible again. After a failure it waits longer each
 * time, up to a minute. Two questions are never asked at once.
 *
 * @param ask - returns whether there was an answer.
 */
export function pollWhileVisible(everyMs: number, ask: () => Promise<boolean>): void {
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsking = false;

  async function askNow(): Promise<void> {
    clearTimeout(timer);
    if (isAsking || document.visibilityState !== "visible") return;
    isAsking = true;
    failures = (await ask()) ? 0 : failures + 1;
    isAsking = false;
    timer = setTimeout(() => void askNow(), Math.min(everyMs * 2 ** failures, LONGEST_MS));
  }

  timer = setTimeout(() => void askNow(), everyMs);
  document.addEventListener("visibilitychange", () => void askNow());
}

const LONGEST_MS = 60_000;
