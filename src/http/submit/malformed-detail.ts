import type { IncomingHttpHeaders } from "node:http";
import { bodyProperties } from "./body-properties.ts";

/**
 * Returns what a client is told about a body that is not JSON. A compressed body looks like one that is broken, so a declared encoding
 * is named. It is not undone: the signature covers the bytes that are sent, and the limit on a body holds for them.
 */
export function malformedDetail(detail: string, headers: IncomingHttpHeaders): string {
  const encoding = bodyProperties(headers).content_encoding?.trim() ?? "";
  if (encoding === "" || encoding.toLowerCase() === "identity") return detail;
  return `${detail}; its Content-Encoding is ${JSON.stringify(encoding)}, which is not undone: send it uncompressed`;
}
