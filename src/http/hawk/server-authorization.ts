import { createPayloadHash } from "./payload-hash.ts";
import { macOf, type SignedParts, signedText } from "./signed-text.ts";

/**
 * Returns the value of the header `Server-Authorization`, by which a client can check that the answer comes from a server
 * that knows its secret.
 *
 * @param request - what the request's signature covered. The answer repeats everything except `hash` and `ext`.
 * @param body - the uncompressed body of the answer.
 */
export function serverAuthorization(
  secret: string,
  request: SignedParts,
  contentType: string | undefined,
  body: Uint8Array,
): string {
  const payload = createPayloadHash(contentType);
  payload.update(body);
  const hash = payload.digest();
  const mac = macOf(secret, signedText("response", { ...request, hash, ext: null }));
  return `Hawk mac="${mac}", hash="${hash}"`;
}
