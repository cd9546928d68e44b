/** An answer of the server, or the reason why there is none. */
export type JsonAnswer<T> =
  | { readonly ok: true; readonly value: T }
  /** @property status - the HTTP status; 0 if the server could not be reached. @property retryAfterSeconds - null if not given. */
  | {
      readonly ok: false;
      readonly status: number;
      readonly text: string;
      readonly retryAfterSeconds: number | null;
    };

/**
 * Requests JSON from the server. Never throws, except when `signal` is aborted.
 *
 * @param address - a path on this server, with its query.
 * @param isExpected - whether the answer has the form that the caller reads. It may not if it is from another version of the server.
 */
export async function fetchJson<T>(
  address: string,
  isExpected: (value: unknown) => value is T,
  signal?: AbortSignal,
): Promise<JsonAnswer<T>> {
  try {
    const response = await fetch(address, {
      headers: { accept: "application/json" },
      ...(signal && { signal }),
    });
    const value: unknown = await response.json();
    if (response.ok && isExpected(value)) return { ok: true, value };
    const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
    return {
      ok: false,
      status: response.status,
      text: response.ok ? "The server has another version now: reload the page." : detailOf(value),
      retryAfterSeconds: Number.isNaN(retryAfter) ? null : retryAfter,
    };
  } catch (error) {
    if (signal?.aborted === true) throw error;
    return { ok: false, status: 0, text: "The server cannot be reached.", retryAfterSeconds: null };
  }
}

function detailOf(value: unknown): string {
  const hasDetail = typeof value === "object" && value !== null && "detail" in value;
  return hasDetail ? String(value.detail) : "The server could not answer.";
}
