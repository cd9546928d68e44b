import { createHash } from "node:crypto";

export interface PayloadHash {
  update(chunk: Uint8Array): void;
  /** Returns the hash in base64. Nothing can be added after the first call. */
  digest(): string;
}

/**
 * Hashes a payload piece by piece.
 *
 * @param contentType - as sent. Only the media type counts, in lower case and without parameters; undefined counts as empty.
 * @see spec/rest-submission.md, section 3.2
 */
export function createPayloadHash(contentType: string | undefined): PayloadHash {
  const [mediaType = ""] = (contentType ?? "").split(";");
  const hash = createHash("sha256").update(`hawk.1.payload\n${mediaType.trim().toLowerCase()}\n`);
  let digest: string | null = null;
  return {
    update: (chunk) => void hash.update(chunk),
    digest() {
      digest ??= hash.update("\n").digest("base64");
      return digest;
    },
  };
}
