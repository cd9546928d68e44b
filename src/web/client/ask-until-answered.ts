import { fetchJson, type JsonAnswer } from "./fetch-json.ts";

const FIRST_RETRY_MS = 2000;
const LAST_RETRY_MS = 60_000;
/** The client has asked too often. */
const TOO_MANY = 429;

/**
 * Asks the server for JSON, and asks again while it, or what it needs, is away. Never throws.
 *
 * @param isExpected - see `fetchJson`.
 * @param onWait - called with the reason before each pause.
 * @returns the answer; a failure only if the same question would fail again.
 */
export async function askUntilAnswered<T>(
  address: string,
  isExpected: (value: unknown) => value is T,
  onWait: (reason: string) => void,
): Promise<JsonAnswer<T>> {
  for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(2 * retryMs, LAST_RETRY_MS)) {
    const answer = await fetchJson(address, isExpected);
    if (answer.ok || !isPassing(answer.status)) return answer;
    onWait(answer.text);
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

function isPassing(status: number): boolean {
  return status === 0 || status === TOO_MANY || status >= 500;
}
