import type { LinesAnswer } from "../../log/viewed-log.ts";
import { askLines, type LogName } from "./ask-log.ts";

/** The state of a log that is still being loaded, for the reader. */
export type Waiting =
  | { readonly kind: "fetching"; readonly bytes: number }
  /** The request failed, and is sent again in a few seconds. */
  | { readonly kind: "again"; readonly text: string };

export type LoadedLog =
  | Extract<LinesAnswer, { state: "lines" | "failed" }>
  /** The job or the log no longer exists. */
  | { readonly state: "gone"; readonly text: string };

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Requests lines until they arrive, or until it is clear that they never will.
 *
 * @param signal - aborted if the reader does not want to wait any longer. The promise is then rejected.
 */
export async function loadLog(
  log: LogName,
  question: { readonly from: number; readonly count: number; readonly asOf: number | null },
  signal: AbortSignal,
  onWaiting: (waiting: Waiting) => void,
): Promise<LoadedLog> {
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    const answer = await askLines(log, question, signal);
    signal.throwIfAborted();
    if (answer.ok) {
      const { value } = answer;
      if (value.state !== "fetching") return value;
      // The next request is sent without a pause, because the server has already waited for a second.
      onWaiting({ kind: "fetching", bytes: value.bytes });
      continue;
    }
    if (answer.status >= 400 && answer.status < 500) return { state: "gone", text: answer.text };
    onWaiting({ kind: "again", text: answer.text });
    const { retryAfterSeconds } = answer;
    await pause(retryAfterSeconds === null ? pauseMs : retryAfterSeconds * 1000, signal);
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
