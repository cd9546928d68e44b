import type { NonceKey, NonceStore, NonceUse } from "../../store/ports/nonce-store.ts";
import { readAuthorization } from "../hawk/authorization-header.ts";
import { createPayloadHash } from "../hawk/payload-hash.ts";
import { isSameText } from "../hawk/same-text.ts";
import { serverAuthorization } from "../hawk/server-authorization.ts";
import { macOf, type SignedParts, signedText } from "../hawk/signed-text.ts";
import { createKnownClients, type KnownClient, type KnownClientsOptions } from "./known-clients.ts";

/** The groups of endpoints that have a request limit. Each group is counted by itself. */
export type LimitedGroup = "jobs" | "resultset";

export interface AuthenticatorOptions extends KnownClientsOptions {
  readonly nonces: NonceStore;
  /** The most requests that a client may send in 60 s; 0 for no limit. */
  readonly limits: Readonly<Record<LimitedGroup, number>>;
}

/** The facts about a request that are known before its body is read. */
export interface SignedRequest {
  readonly method: string;
  /** The path with the query, as sent. */
  readonly target: string;
  /** The host as the client sees it, in lower case and without the port. */
  readonly host: string;
  readonly port: number;
  readonly authorization: string | undefined;
  /** Null if the request is not counted. */
  readonly group: LimitedGroup | null;
  readonly hasBody: boolean;
  /** Whether the request needs a signature. */
  readonly required: boolean;
}

/** Checks a body while it is read. */
export interface PayloadCheck {
  update(chunk: Uint8Array): void;
  /** Returns whether the whole body is the one that was signed. If it is not, the answer is 403 with {@link FAILED}. */
  matches(): boolean;
}

export type Authentication =
  /** The request has no Hawk header, and needs none. */
  | { readonly kind: "anonymous" }
  /** The answer is 403 with this detail. */
  | { readonly kind: "refused"; readonly detail: string }
  /** The answer is 429, or 403 if the body is not the one that was signed. */
  | {
      readonly kind: "throttled";
      /** Greater than 0; may have a fraction. */
      readonly retryAfterSeconds: number;
      /** @param contentType - of the request, as sent. */
      payload(contentType: string | undefined): PayloadCheck;
    }
  | {
      readonly kind: "client";
      readonly clientId: string;
      mayWriteTo(project: string): boolean;
      /** @param contentType - of the request, as sent. */
      payload(contentType: string | undefined): PayloadCheck;
      /** Returns the value of the header `Server-Authorization`. @param body - of the answer, uncompressed. */
      serverAuthorization(contentType: string, body: Uint8Array): string;
    };

export interface Authenticator {
  /** @throws Unavailable if the store is away. The answer is then 503. */
  authenticate(request: SignedRequest): Promise<Authentication>;
}

/** The detail of every refusal that must not reveal its cause. */
export const FAILED = "Hawk authentication failed";
const MALFORMED = "Hawk authentication failed: The request header was malformed";
const EXPIRED = "Hawk authentication failed: The token has expired. Is your system clock correct?";
const NOT_PROVIDED = "Authentication credentials were not provided.";

/** How far the signed time may differ from this machine's clock, in seconds. */
const MAX_SKEW = 60;
/** How long after its signed time a request's nonce is remembered, in seconds. */
const NONCE_SECONDS = 61;

/** The secret that stands in for that of an unknown client id, so that the check takes as long as for a known id. */
const NOBODYS_SECRET = "00000000-0000-4000-8000-000000000000";

/**
 * Creates the check that every request to the REST API passes first: header, client id, MAC, nonce and time, in this order. The
 * body is checked while it is read.
 *
 * @see spec/rest-submission.md, sections 1.9 and 3
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { nonces, limits, now, log } = options;
  const clients = createKnownClients(options);

  async function authenticate(request: SignedRequest): Promise<Authentication> {
    const header = readAuthorization(request.authorization);
    if (header.kind === "other") return request.required ? refused(NOT_PROVIDED) : { kind: "anonymous" };
    if (header.kind === "malformed") return refused(MALFORMED);
    const { id, mac, ...attributes } = header.attributes;
    const { method, target, port } = request;

    const client = await clients.find(id);
    const secret = client?.secret ?? NOBODYS_SECRET;
    const signed = hostsToSign(request.host)
      .map((host) => ({ ...attributes, method, target, host, port }))
      .find((parts) => isSameText(macOf(secret, signedText("header", parts)), mac));
    if (client === null) return refused(`No authentication credentials found with id ${id}`);
    if (signed === undefined || (request.hasBody && signed.hash === null)) return refused(FAILED);

    const at = now();
    const key = { client_id: id, nonce: signed.nonce, ts: Number(signed.ts) };
    const ageSeconds = Math.floor(at / 1000) - key.ts;
    // Outside of these limits no nonce is stored, because a nonce with a time far in the future would be kept until then.
    if (ageSeconds > NONCE_SECONDS || ageSeconds < -MAX_SKEW) return refused(EXPIRED);
    const isExpired = ageSeconds > MAX_SKEW;
    const end = await nonces.useNonce({ ...key, at, counted: isExpired ? null : countedAs(request.group) });
    if (end.kind === "used") return refused(FAILED);
    if (isExpired) return refused(EXPIRED);

    const payload = (contentType: string | undefined) => checkPayload(contentType, signed.hash, key);
    if (end.kind === "throttled") {
      return { kind: "throttled", retryAfterSeconds: (end.free_at - at) / 1000, payload };
    }
    clients.noteUse(id, target.split("?", 1)[0] ?? "");
    return { kind: "client", clientId: id, payload, ...answersTo(client, signed) };
  }

  function countedAs(group: LimitedGroup | null): NonceUse["counted"] {
    return group === null || limits[group] === 0 ? null : { group, limit: limits[group] };
  }

  function checkPayload(
    contentType: string | undefined,
    signedHash: string | null,
    key: NonceKey,
  ): PayloadCheck {
    const hash = createPayloadHash(contentType);
    let isEmpty = true;
    return {
      update(chunk) {
        isEmpty &&= chunk.length === 0;
        hash.update(chunk);
      },
      matches() {
        // Only a request without a body may leave out the hash.
        const isSame = signedHash === null ? isEmpty : isSameText(hash.digest(), signedHash);
        if (!isSame) uncount(key);
        return isSame;
      },
    };
  }

  /** Removes a refused request from the count. If the store is away, the request counts for a minute. */
  function uncount(key: NonceKey): void {
    nonces.uncountNonce(key).catch((error: unknown) => log.debug("nonce_still_counted", { error }));
  }

  return { authenticate };
}

/** Returns the spellings of a host that clients sign. Some, such as mohawk for Python, omit the brackets of an IPv6 address. */
function hostsToSign(host: string): readonly string[] {
  const [, address] = /^\[(.*)\]$/.exec(host) ?? [];
  return address === undefined ? [host] : [host, address];
}

function answersTo({ secret, mayWriteTo }: KnownClient, signed: SignedParts) {
  return {
    mayWriteTo,
    serverAuthorization: (contentType: string, body: Uint8Array) =>
      serverAuthorization(secret, signed, contentType, body),
  };
}

function refused(detail: string): Authentication {
  return { kind: "refused", detail };
}
