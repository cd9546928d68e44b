import { createPayloadHash } from "./payload-hash.ts";
import { macOf, type SignedParts, signedText } from "./signed-text.ts";

/**
 * Returns the value of the `Server-Authorization` header. It proves to the client that the answer comes from a server that
 * knows the client's secret.
 *
 * @param request - the parts that the request's signature covered. The answer's signature covers the same values, except for
 *   `hash` and `ext`.
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
