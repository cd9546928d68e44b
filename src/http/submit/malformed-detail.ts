import type { IncomingHttpHeaders } from "node:http";
import { bodyProperties } from "./body-properties.ts";

/**
 * Returns the error text for a body that is not JSON. A compressed body looks like broken JSON, so the text names a declared encoding.
 * Bodies are not decompressed, because the signature and the size limit apply to the bytes as sent.
 */
export function malformedDetail(detail: string, headers: IncomingHttpHeaders): string {
  const encoding = bodyProperties(headers).content_encoding?.trim() ?? "";
  if (encoding === "" || encoding.toLowerCase() === "identity") return detail;
  return `${detail}; its Content-Encoding is ${JSON.stringify(encoding)}, but compressed bodies are not supported: send it uncompressed`;
}
