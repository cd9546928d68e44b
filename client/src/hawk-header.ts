import { createHash, createHmac } from "node:crypto";

/** The id of a client and the secret that it shares with the server. */
export interface HawkCredentials {
  readonly clientId: string;
  readonly secret: string;
}

/** A request to sign. */
export interface SignedRequest {
  readonly method: string;
  readonly url: URL;
  /** Empty if there is no body. */
  readonly contentType: string;
  /** The exact bytes that are sent. */
  readonly body: Uint8Array;
  /** The present time, in whole seconds since the Unix epoch. The server accepts a difference of a minute from its own time. */
  readonly seconds: number;
  /** Random text. The server accepts each nonce only once. */
  readonly nonce: string;
}

/** Returns the `Authorization` header of a request (Hawk 1, HMAC-SHA-256, with the hash of the payload). Pure. */
export function hawkHeader({ clientId, secret }: HawkCredentials, request: SignedRequest): string {
  const hash = payloadHash(request.contentType, request.body);
  const mac = createHmac("sha256", secret).update(signedText(request, hash)).digest("base64");
  return `Hawk id="${clientId}", ts="${request.seconds}", nonce="${request.nonce}", hash="${hash}", mac="${mac}"`;
}

function payloadHash(contentType: string, body: Uint8Array): string {
  const [type = ""] = contentType.toLowerCase().split(";");
  return createHash("sha256")
    .update(`hawk.1.payload\n${type.trim()}\n`)
    .update(body)
    .update("\n")
    .digest("base64");
}

function signedText({ method, url, seconds, nonce }: SignedRequest, hash: string): string {
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const path = `${url.pathname}${url.search}`;
  // The last line is `ext`, which is not used.
  const lines = [
    "hawk.1.header",
    String(seconds),
    nonce,
    method.toUpperCase(),
    path,
    url.hostname,
    port,
    hash,
    "",
  ];
  return `${lines.join("\n")}\n`;
}
