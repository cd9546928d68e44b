import type { OversizeBody } from "./delivery.ts";
import type { Origin } from "./origin.ts";

/** A delivery or the body of a request, as it arrived. */
export interface ArchivedMessage {
  /** The origin of the message. For a request, `endpoint` is the path. */
  readonly origin: Origin;
  /** ISO 8601, UTC, with milliseconds. */
  readonly received_at: string;
  /** The three headers that determine how the body is read; null if the message does not have them. No other header is kept. */
  readonly content_type: string | null;
  readonly content_encoding: string | null;
  readonly compression: string | null;
  /** The bytes before decompression. Only the beginning of an oversize body is kept. */
  readonly body: Buffer;
  /** Set if the body was longer than the limit and was truncated on arrival. */
  readonly oversize: OversizeBody | null;
  /** The queue that keeps the whole delivery if the AMQP driver could not read it; null for all other messages. */
  readonly unreadable_queue: string | null;
}
