import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { RequestError, ThrottledError, TreeherderClientError, UnreachableError } from "./client-errors.ts";
import { clientVersion } from "./client-version.ts";
import { type HawkCredentials, hawkHeader } from "./hawk-header.ts";
import { isMap } from "./json-types.ts";
import { type Answer, isSuccess, toRefusal } from "./refusals.ts";
import { DEFAULT_RETRIES, readRetryAfter, retryWaitMs } from "./retry-wait.ts";
import { timeLimit } from "./time-limit.ts";

/** The server's address, the credentials, and how to deal with failures. */
export interface ClientOptions {
  /** Default: `http://127.0.0.1:9180`. */
  readonly serverUrl?: string | undefined;
  /** The client id. If it is given together with a secret, every request is signed. */
  readonly clientId?: string | undefined;
  readonly secret?: string | undefined;
  /** How long one attempt of a request may take, in milliseconds. Default: 30 s. */
  readonly timeoutMs?: number | undefined;
  /** How often a request is retried after a lost connection, a time-out, or an answer that asks to wait. Default: 4. */
  readonly retries?: number | undefined;
}

export interface RequestOptions {
  /** Aborts the request; the error is the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A request of this client. */
export interface ClientRequest {
  /** The path below the server's URL, with the query. */
  readonly path: string;
  /** JSON to post; without it, the request is a GET. */
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_URL = "http://127.0.0.1:9180";
const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Sends requests, and retries them after failures. A retry is always safe, because posting the same items twice has the same
 * effect as posting them once.
 */
export class RequestSender {
  readonly #base: string;
  readonly #credentials: HawkCredentials | null;
  readonly #timeoutMs: number;
  readonly #retries: number;

  /** @throws TreeherderClientError for a URL or a number that cannot be used, and for a client id without a secret. */
  constructor({ serverUrl = DEFAULT_URL, clientId, secret, timeoutMs, retries }: ClientOptions) {
    this.#base = readServerUrl(serverUrl);
    this.#credentials = readCredentials(clientId, secret);
    this.#timeoutMs = timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#retries = retries ?? DEFAULT_RETRIES;
    // Written with a negation, so that NaN is refused: it would be retried for ever.
    if (!(this.#timeoutMs > 0))
      throw new TreeherderClientError(`timeoutMs must be above 0; it is ${timeoutMs}`);
    if (!(this.#retries >= 0)) throw new TreeherderClientError(`retries must be 0 or more; it is ${retries}`);
  }

  /**
   * Sends a request, and retries it until it is answered. Each attempt gets a new signature.
   *
   * @returns a successful answer, or an answer with status 400 or 500, which may contain verdicts.
   * @throws RequestError for any other answer, UnreachableError if there is none; the signal's reason if it is aborted.
   */
  async send(request: ClientRequest): Promise<Answer> {
    const { signal } = request;
    for (let failures = 1; ; failures++) {
      const end = await this.#attempt(request);
      if (!(end instanceof RequestError)) return end;
      const isBusy = end instanceof ThrottledError;
      const waitMs =
        isBusy || end instanceof UnreachableError
          ? retryWaitMs(failures, this.#retries, isBusy ? end.retryAfterSeconds : 0)
          : null;
      if (waitMs === null) throw end;
      await wait(waitMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
      signal?.throwIfAborted();
    }
  }

  /** Sends the request once. Returns the answer, or the error to throw unless the request is retried. */
  async #attempt({ path, body, signal }: ClientRequest): Promise<Answer | RequestError> {
    signal?.throwIfAborted();
    const url = new URL(`${this.#base}${path}`);
    const method = body === undefined ? "GET" : "POST";
    const request = `${method} ${url.href}`;
    const bytes = Buffer.from(body ?? "");
    const timeout = timeLimit(this.#timeoutMs);
    let answer: Answer;
    try {
      const response = await fetch(url, {
        method,
        headers: this.#headers(method, url, bytes),
        body: body === undefined ? null : bytes,
        // A signature is valid for one URL only, so redirects cannot be followed.
        redirect: "manual",
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      const text = await response.text();
      const retryAfterSeconds = readRetryAfter(response.headers.get("retry-after"), Date.now());
      const date = response.headers.get("date");
      answer = { request, status: response.status, date, retryAfterSeconds, text, json: parsed(text) };
    } catch (error) {
      signal?.throwIfAborted();
      const why = timeout.aborted ? `no answer within ${this.#timeoutMs / 1000} s` : causeOf(error);
      return new UnreachableError(`${request}: ${why} (sending it again does no harm)`, null, {
        cause: error,
      });
    }
    const mayHaveVerdicts = answer.status === 400 || answer.status === 500;
    return isSuccess(answer) || mayHaveVerdicts ? answer : toRefusal(answer, Date.now());
  }

  #headers(method: string, url: URL, body: Uint8Array): Record<string, string> {
    const contentType = method === "POST" ? "application/json" : "";
    const signed = { method, url, contentType, body, seconds: Math.floor(Date.now() / 1000), nonce: nonce() };
    return {
      accept: "application/json; version=1.0",
      "user-agent": `pulse-ingest-client/${clientVersion}`,
      ...(contentType !== "" && { "content-type": contentType }),
      ...(this.#credentials !== null && { authorization: hawkHeader(this.#credentials, signed) }),
    };
  }
}

function nonce(): string {
  return randomBytes(9).toString("base64url");
}

function readServerUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new TreeherderClientError("serverUrl must be an address that begins with http:// or https://");
  }
  if (url.username !== "" || url.password !== "") {
    throw new TreeherderClientError("serverUrl must not hold a user or a password: give clientId and secret");
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

function readCredentials(clientId: string | undefined, secret: string | undefined): HawkCredentials | null {
  if (clientId === undefined && secret === undefined) return null;
  if (clientId === undefined || secret === undefined) {
    throw new TreeherderClientError("clientId and secret must be given together");
  }
  // Other characters cannot be sent in the header.
  if (!/^[\w-]{1,32}$/.test(clientId)) {
    throw new TreeherderClientError("clientId must be 1 to 32 letters, digits, - or _");
  }
  if (secret === "") throw new TreeherderClientError("secret must not be empty");
  return { clientId, secret };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What failed connections mean, and what to do, by error code. The messages of Node.js are hard to understand. */
const failedConnections: Readonly<Record<string, string>> = {
  ECONNREFUSED:
    "nothing is listening there: check that the server is running, and that serverUrl is its address",
  ENOTFOUND: "the host name cannot be resolved: check its spelling, and the DNS",
  EAI_AGAIN: "the host name cannot be resolved: check its spelling, and the DNS",
  ERR_SSL_WRONG_VERSION_NUMBER:
    "the server does not speak TLS: check whether serverUrl must begin with http://",
  HPE_INVALID_CONSTANT: "the answer is not HTTP: check that serverUrl is the server's address",
};

/** Returns why `fetch` failed. The reason is in the error's cause; for a host with several addresses, there is one for each. */
function causeOf(error: unknown): string {
  if (!isMap(error)) return String(error);
  const { cause, code, errors, message } = error;
  if (cause !== undefined) return causeOf(cause);
  const words = typeof code === "string" ? failedConnections[code] : undefined;
  if (words !== undefined) return words.replace(":", ` (${code}):`);
  if (message === "" && Array.isArray(errors)) return errors.map(causeOf).join("; ");
  return String(message);
}
