import { fetchJson } from "./fetch-json.ts";

const FIRST_RETRY_MS = 2000;
const LAST_RETRY_MS = 60_000;

/**
 * Requests JSON from the server, and retries until it has answered. Never throws.
 *
 * @param isExpected - see `fetchJson`.
 * @param onWait - called before each pause, with the reason in words.
 */
export async function askUntilAnswered<T>(
  address: string,
  isExpected: (value: unknown) => value is T,
  onWait: (words: string) => void,
): Promise<T> {
  for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(2 * retryMs, LAST_RETRY_MS)) {
    const answer = await fetchJson(address, isExpected);
    if (answer.ok) return answer.value;
    onWait(`${answer.text} Trying again …`);
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}
