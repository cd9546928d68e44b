import { createPayloadHash } from "../../../src/http/hawk/payload-hash.ts";
import { macOf, type SignedParts, signedText } from "../../../src/http/hawk/signed-text.ts";
import type { SignedRequest } from "../../../src/http/rest/authenticate.ts";

/** The parts of a request that a client signs. */
export interface Signing extends Partial<Pick<SignedParts, "ext" | "app" | "dlg">> {
  readonly id: string;
  readonly secret: string;
  /** Seconds since the Unix epoch. */
  readonly ts: number;
  readonly nonce?: string;
  readonly method?: string;
  /** The path as the client signs it. The server may receive it in another form. */
  readonly host?: string;
  /** Null: the request has no body, and its payload is not signed. */
  readonly body?: string | null;
}

export const CONTENT_TYPE = "application/json";
export const BODY = '[{"a": 1}]';

let count = 0;

/** Returns a request to the jobs endpoint as a client signs it, with a new nonce unless one is given. */
export function signRequest(signing: Signing): SignedRequest {
  const { id, secret, ts, nonce = `n${count++}`, method = "POST", body = BODY } = signing;
  const { host = "ingest.example.org", ext = null, app = null, dlg = null } = signing;
  const place = { method, target: "/api/project/try/jobs/?x=1", host, port: 443 };
  const hash = body === null ? null : hashOf(body);
  const signed = { ...place, ts: String(ts), nonce, hash, ext, app, dlg };
  const mac = macOf(secret, signedText("header", signed));
  const attributes = Object.entries({ id, ts, nonce, mac, hash, ext, app, dlg });
  const list = attributes.flatMap(([name, value]) => (value === null ? [] : [`${name}="${value}"`]));
  return {
    ...{ ...place, authorization: `Hawk ${list.join(", ")}` },
    ...{ group: null, hasBody: body !== null, required: method === "POST" },
  };
}

export function hashOf(body: string): string {
  const hash = createPayloadHash(CONTENT_TYPE);
  hash.update(Buffer.from(body));
  return hash.digest();
}
