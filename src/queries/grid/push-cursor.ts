import * as z from "zod";
import type { PushPlace } from "../../store/ports/page-reads.ts";

const place = z.tuple([z.number().int().min(0), z.string().min(1).max(500)]);

/** Encodes a place in a list of pushes as text for a URL. */
export function writePushCursor({ order_at, id }: PushPlace): string {
  return Buffer.from(JSON.stringify([order_at, id])).toString("base64url");
}

/** Decodes a place from {@link writePushCursor}; null for any other text. */
export function readPushCursor(text: string): PushPlace | null {
  try {
    const read = place.safeParse(JSON.parse(Buffer.from(text, "base64url").toString())).data;
    return read === undefined ? null : { order_at: read[0], id: read[1] };
  } catch {
    // The text is not JSON, so somebody has changed the address.
    return null;
  }
}
