import type { OversizeBody } from "./delivery.ts";
import type { Origin } from "./origin.ts";

/** A delivery, or the body of a request, as it came. */
export interface ArchivedMessage {
  /** For a request, `endpoint` is its path. */
  readonly origin: Origin;
  /** ISO 8601, UTC, with milliseconds. */
  readonly received_at: string;
  /** The three headers that say how the body is to be read; null where the message has none. No other header is kept. */
  readonly content_type: string | null;
  readonly content_encoding: string | null;
  readonly compression: string | null;
  /** The bytes before decompression; only the first ones of an oversize body. */
  readonly body: Buffer;
  /** Set if the body was longer than the limit and was cut on arrival. */
  readonly oversize: OversizeBody | null;
  /** The queue that keeps the whole delivery if the broker's driver failed at it; null for all others. */
  readonly unreadable_queue: string | null;
}
