import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { errorCode } from "../../domain/error-code.ts";
import { Unavailable } from "../../domain/faults.ts";
import type { Log } from "../../log.ts";
import { clientAddress, type IsTrusted } from "../server/client-address.ts";
import { readTarget } from "../server/request-target.ts";
import { acceptsVersion, WRONG_VERSION } from "./accept-version.ts";
import { type Authentication, type Authenticator, FAILED, type LimitedGroup } from "./authenticate.ts";
import type { BodyBudget } from "./body-budget.ts";
import { refuseType } from "./json-type.ts";
import { type BodyTrouble, readBody } from "./read-request-body.ts";
import { sendDetail, sendTryLater } from "./send-detail.ts";

/** The client that signed a request. */
export type Client = Extract<Authentication, { readonly kind: "client" }>;

/** The result of checking a request. */
export interface CheckedRequest {
  /** Null for a request without Hawk, which may only read. */
  readonly client: Client | null;
  /** The body of a signed request, as sent; empty if it has none. The body of an unsigned request is discarded. */
  readonly body: Buffer;
  /** Scheme, host and port as the client sees them, such as `https://ci.example.org`; for links in the answer. */
  readonly site: string;
}

declare module "fastify" {
  interface FastifyRequest {
    /** Set by {@link checkRequests}, for the routes of the REST API. */
    checked: CheckedRequest | null;
  }
}

export interface CheckOptions {
  readonly authenticator: Authenticator;
  readonly isTrusted: IsTrusted;
  /** The most bytes of one body. */
  readonly maxBytes: number;
  readonly budget: BodyBudget;
  readonly log: Log;
}

/** The methods that anybody may use, because they change nothing. */
const reading = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Checks each request of a scope before its route handles it, in the order of spec/rest-submission.md 1.3: `Accept`, the Hawk
 * header, the body's length, its hash, the rate. (The `User-Agent` and the path have already been checked. The method and the body's
 * type are checked afterwards.) The header is checked before the body is read, so nobody without a credential can make the worker keep a body.
 */
export function checkRequests(scope: FastifyInstance, options: CheckOptions): void {
  const { authenticator, isTrusted, maxBytes, budget, log } = options;

  async function check(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    if (!acceptsVersion(request.headers.accept)) return sendDetail(reply, 406, WRONG_VERSION);

    const { method, url } = request;
    const { host, port, from, site } = clientAddress(
      { remoteAddress: request.socket.remoteAddress, target: url, rawHeaders: request.raw.rawHeaders },
      isTrusted,
    );
    const authentication = await authenticator.authenticate({
      ...{ method, target: readTarget(url).path, host, port },
      authorization: request.headers.authorization,
      group: groupOf(request.routeOptions.url),
      hasBody: hasBody(request),
      required: !reading.has(method),
    });
    if (authentication.kind === "refused") {
      log.debug("request_refused", { from, method, path: url.split("?")[0], detail: authentication.detail });
      return sendDetail(reply, 403, authentication.detail);
    }
    if (authentication.kind === "anonymous") {
      request.checked = { client: null, body: Buffer.alloc(0), site };
      return undefined;
    }
    const payload = authentication.payload(request.headers["content-type"]);
    const declared = contentLength(request);
    const isTooLong = declared !== null && declared > maxBytes;
    if (!isTooLong && awaitsContinue(request)) reply.raw.writeContinue();
    const read = await readBody(request.raw, declared, { maxBytes, budget }, (chunk) =>
      payload.update(chunk),
    );
    if (!read.ok) return refuseBody(reply, read.trouble, maxBytes);
    giveBackAtEnd(reply, budget, read.body.length);
    if (!payload.matches()) return sendDetail(reply, 403, FAILED);
    if (authentication.kind === "throttled") return throttled(reply, authentication.retryAfterSeconds);
    request.checked = { client: authentication, body: read.body, site };
    return undefined;
  }

  scope.decorateRequest("checked", null);
  scope.addHook("onRequest", check);
  // Fastify must not parse any body: that of a signed request has already been read, and any other is discarded.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
  scope.addHook("onSend", async (request, reply, payload: unknown) => {
    const client = request.checked?.client ?? null;
    if (client === null || !Buffer.isBuffer(payload)) return payload;
    const type = reply.getHeader("content-type");
    const value = client.serverAuthorization(typeof type === "string" ? type : "", payload);
    reply.header("server-authorization", value);
    return payload;
  });
  scope.setErrorHandler((error, request, reply) => {
    if (error instanceof Unavailable)
      return sendTryLater(reply, "The database cannot be reached. Try again later.");
    if (isInvalidType(error)) return refuseType(request, reply);
    log.error("bug", { what: "rest", path: request.url.split("?")[0], error });
    return sendDetail(
      reply,
      500,
      "This is a bug in pulse-ingest. The operator can find the error in the log.",
    );
  });
}

/**
 * Returns the group that the requests to a route count towards, or null if there is none. The groups are a project's jobs and
 * its result sets, each with all methods and all paths below. See spec/rest-submission.md 1.9.
 *
 * @param route - the route's pattern.
 */
function groupOf(route: string | undefined): LimitedGroup | null {
  const [, group] = /^\/api\/project\/[^/]+\/(jobs|resultset)\//.exec(route ?? "") ?? [];
  return group === "jobs" || group === "resultset" ? group : null;
}

/** Returns whether fastify could not parse the `Content-Type` header, which it does even if no body is parsed. */
function isInvalidType(error: unknown): boolean {
  return errorCode(error) === "FST_ERR_CTP_INVALID_MEDIA_TYPE";
}

/** Returns whether the client waits for `100 Continue` before it sends its body. */
function awaitsContinue({ headers, raw }: FastifyRequest): boolean {
  return headers.expect !== undefined && raw.httpVersion !== "1.0";
}

function hasBody(request: FastifyRequest): boolean {
  return request.headers["transfer-encoding"] !== undefined || (contentLength(request) ?? 0) > 0;
}

/** Returns the declared length of the body, or null if it is sent in chunks. Node has already checked that it is a number. */
function contentLength({ headers }: FastifyRequest): number | null {
  if (headers["transfer-encoding"] !== undefined) return null;
  return Number(headers["content-length"] ?? 0);
}

function refuseBody(reply: FastifyReply, trouble: BodyTrouble, maxBytes: number): FastifyReply {
  switch (trouble) {
    case "too-long":
      return sendDetail(
        reply,
        413,
        `The body is longer than ${maxBytes} bytes (REST_MAX_BYTES). Send the collection in several parts.`,
      );
    case "no-room":
      return sendTryLater(reply, "Too many large requests are being handled. Try again later.");
    case "cut-off":
      return sendDetail(reply, 400, "The body did not arrive.");
  }
}

/** Returns the body's bytes to the budget when the request has been answered or its connection is lost. */
function giveBackAtEnd(reply: FastifyReply, budget: BodyBudget, bytes: number): void {
  reply.raw.once("close", () => budget.giveBack(bytes));
}

function throttled(reply: FastifyReply, seconds: number): FastifyReply {
  const wait = Math.max(1, Math.ceil(seconds));
  reply.headers({ "retry-after": String(wait), "x-throttle-wait-seconds": String(wait) });
  const detail = `Request was throttled. Expected available in ${wait.toFixed(1)} seconds.`;
  return sendDetail(reply, 429, detail);
}
