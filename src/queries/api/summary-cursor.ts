import * as z from "zod";
import type { SummaryCursor } from "./log-summaries.ts";
import { badQuery } from "./read-refused.ts";

const cursor: z.ZodType<SummaryCursor> = z.object({
  log: z.object({ last_modified: z.string().max(30), id: z.string().max(1000) }).nullable(),
  lines: z.int().min(0),
});

/** Encodes a cursor as text for a URL. */
export function writeCursor(from: SummaryCursor): string {
  return Buffer.from(JSON.stringify(from)).toString("base64url");
}

/** Decodes a cursor from {@link writeCursor}; null means the first page. @throws ReadRefused for any other text. */
export function readCursor(text: string | null): SummaryCursor {
  if (text === null) return { log: null, lines: 0 };
  try {
    return cursor.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
  } catch {
    throw badQuery("cursor: invalid; take it from `next` of the previous page");
  }
}
