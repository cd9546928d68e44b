/** How often a failed request is retried at most. */
export const DEFAULT_RETRIES = 4;
/** The longest first pause, in milliseconds. The limit doubles with each attempt. */
const BASE_MS = 500;
const CAP_MS = 30_000;
/** If the server asks for a longer wait than this, the request is not retried. */
const MAX_RETRY_AFTER_SECONDS = 120;

/**
 * Returns how long to wait before a request is retried, in milliseconds; null: do not retry. Pauses have full jitter, so that
 * many clients do not retry at the same moments. Pure.
 *
 * @param failures - how many attempts have failed so far, from 1.
 * @param retryAfterSeconds - the wait that the server has asked for; 0 if there was no answer.
 * @param random - in [0, 1).
 */
export function retryWaitMs(
  failures: number,
  retries: number,
  retryAfterSeconds: number,
  random = Math.random(),
): number | null {
  if (failures > retries || retryAfterSeconds > MAX_RETRY_AFTER_SECONDS) return null;
  const jitterMs = Math.round(random * Math.min(CAP_MS, BASE_MS * 2 ** (failures - 1)));
  return retryAfterSeconds * 1000 + jitterMs;
}

/**
 * Reads a `Retry-After` header: seconds, or a date.
 *
 * @returns seconds from now, at least 0; null if the header is missing or cannot be parsed.
 */
export function readRetryAfter(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header);
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? null : Math.max(0, Math.ceil((atMs - nowMs) / 1000));
}
