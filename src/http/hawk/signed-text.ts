import { createHmac } from "node:crypto";

/** The parts of a request that a signature covers. */
export interface SignedParts {
  readonly ts: string;
  readonly nonce: string;
  /** In upper or lower case. */
  readonly method: string;
  /** The path with the query, as sent. */
  readonly target: string;
  /** Lower case, without the port. */
  readonly host: string;
  readonly port: number;
  /** The payload's hash in base64; null if the payload is not signed. */
  readonly hash: string | null;
  readonly ext: string | null;
  readonly app: string | null;
  readonly dlg: string | null;
}

/**
 * Returns the text that is signed: one part per line, each ended by a line feed.
 *
 * @param kind - `header` for a request, `response` for the answer to it.
 * @see spec/rest-submission.md, section 3.3
 */
export function signedText(kind: "header" | "response", parts: SignedParts): string {
  const { ts, nonce, method, target, host, port, hash, ext, app, dlg } = parts;
  return [
    `hawk.1.${kind}`,
    ...[ts, nonce, method.toUpperCase(), target, host, String(port), hash ?? "", ext ?? ""],
    ...(app === null ? [] : [app, dlg ?? ""]),
    "",
  ].join("\n");
}

/** Returns the HMAC-SHA-256 of a text in base64. */
export function macOf(secret: string, text: string): string {
  // Node.js decodes the request line as Latin-1, so this encoding restores the bytes that were sent and signed.
  return createHmac("sha256", secret).update(text, "latin1").digest("base64");
}
