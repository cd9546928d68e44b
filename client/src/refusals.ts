import { STATUS_CODES } from "node:http";
import {
  AuthenticationError,
  ClockError,
  RequestError,
  ThrottledError,
  UnknownClientError,
} from "./client-errors.ts";
import { isMap } from "./json-types.ts";

/** An answer of the server. */
export interface Answer {
  /** Method and URL of the request, for messages. */
  readonly request: string;
  readonly status: number;
  /** The header `Date`; null if it is missing. */
  readonly date: string | null;
  readonly retryAfterSeconds: number | null;
  readonly text: string;
  /** The parsed text; undefined if it is not JSON. */
  readonly json: unknown;
}

export function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

const MAX_SHOWN = 500;

/** Advice on what to do, by status. */
const advice: Readonly<Record<number, string>> = {
  301: "the server redirects the request: set serverUrl to the address that it names",
  302: "the server redirects the request: set serverUrl to the address that it names",
  307: "the server redirects the request: set serverUrl to the address that it names",
  308: "the server redirects the request: set serverUrl to the address that it names",
  404: "check serverUrl and the project's name",
  405: "check serverUrl",
  413: "post the collection in chunks: see chunks() and chunksByBytes()",
  503: "the server is not ready; post again later",
};

/** Returns the error for an unsuccessful answer. Pure. */
export function toRefusal(answer: Answer, nowMs: number): RequestError {
  const { request, status, retryAfterSeconds } = answer;
  const refusal = `${request}: ${status} ${detailOf(answer) || STATUS_CODES[status] || ""}`.trimEnd();
  if (retryAfterSeconds !== null && (status === 429 || status === 503)) {
    const why =
      status === 429 ? "too many requests of this client id" : "the server or its store is not ready";
    return new ThrottledError(
      `${refusal} (${why}: post again in ${retryAfterSeconds} s)`,
      status,
      retryAfterSeconds,
    );
  }
  if (status === 403) return toAuthenticationError(answer, refusal, nowMs);
  const hint = advice[status];
  return new RequestError(hint === undefined ? refusal : `${refusal} (${hint})`, status);
}

function toAuthenticationError(answer: Answer, refusal: string, nowMs: number): AuthenticationError {
  const detail = detailOf(answer);
  if (detail.includes("Is your system clock correct?")) {
    return new ClockError(`${refusal} (${clockAdvice(answer.date, nowMs)})`, 403);
  }
  if (detail.startsWith("No authentication credentials found with id")) {
    const hint =
      "check the id; the operator creates ids with `pulse-ingest credentials add`, and may have revoked this one";
    return new UnknownClientError(`${refusal} (${hint})`, 403);
  }
  if (detail === "Hawk authentication failed") {
    const hint =
      "check the secret, and that serverUrl is the address that the server itself sees or its proxy forwards";
    return new AuthenticationError(`${refusal} (${hint})`, 403);
  }
  if (detail === "Authentication credentials were not provided.") {
    return new AuthenticationError(`${refusal} (give the client a clientId and a secret)`, 403);
  }
  if (detail === "You do not have permission to perform this action.") {
    return new AuthenticationError(
      `${refusal} (this client id may not write to this project: ask the operator)`,
      403,
    );
  }
  return new AuthenticationError(refusal, 403);
}

function clockAdvice(date: string | null, nowMs: number): string {
  const serverMs = Date.parse(date ?? "");
  if (Number.isNaN(serverMs)) return "set this machine's clock";
  const seconds = Math.round((nowMs - serverMs) / 1000);
  return `set this machine's clock: it is ${Math.abs(seconds)} s ${seconds < 0 ? "behind" : "ahead of"} the server's`;
}

/** Returns the server's explanation: `detail`, `message` or `error` of its answer, or otherwise the beginning of the text. */
function detailOf({ json, text }: Answer): string {
  for (const name of ["detail", "message", "error"]) {
    const explanation = isMap(json) ? json[name] : undefined;
    if (typeof explanation === "string") return explanation;
  }
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}
