import type { PulseOrigin } from "./origin.ts";

/** The body of a message as it arrived. */
export interface RawBody {
  /** The whole body, or only the beginning of an oversize body, to limit the memory in use. */
  readonly body: Buffer;
  /** Set if the body was longer than the limit and was truncated on arrival. */
  readonly oversize: OversizeBody | null;
  /** The declared type and encoding of the body; absent if the message declares neither. */
  readonly properties?: BodyProperties;
}

/** One message from the broker, without its delivery tag and channel, which only the source needs. */
export interface Delivery extends RawBody {
  readonly exchange: string;
  readonly routingKey: string;
  /** Whether the broker has delivered this message before, to this worker or to another consumer of the queue. */
  readonly redelivered: boolean;
  /** The time of arrival in milliseconds since the Unix epoch, from this machine's clock. */
  readonly receivedAtMs: number;
  /** Set if the AMQP driver cannot read the delivery. Its headers are then unknown. */
  readonly unreadable?: {
    /** The queue that keeps the whole delivery. */
    readonly queue: string;
  };
}

/** The declared type and encoding of a body. Publishers write these texts, and each is truncated on arrival. */
export interface BodyProperties {
  /** The content type. It is only shown to people, and does not affect how the body is read. */
  readonly content_type?: string;
  /** A character set or a compression. */
  readonly content_encoding?: string;
  /** The header in which the kombu library declares its compression. */
  readonly compression?: string;
}

export interface OversizeBody {
  /** The length of the whole body. */
  readonly bytes: number;
  /** The SHA-256 of the whole body, in lower-case hex. */
  readonly sha256: string;
  /** The limit that the body exceeds. */
  readonly limitBytes: number;
}

/** The outcome of a job message. Each job message has exactly one outcome and is counted. */
export type Outcome = "stored" | "unchanged" | "skipped" | "rejected" | "failed";

/** The answer to the broker for a delivery, after all of its jobs have ended. */
export type Settlement = "ack" | "requeue";

/** Returns the origin of the jobs in a delivery. */
export function originOf({ exchange, routingKey, redelivered }: Delivery): PulseOrigin {
  return { kind: "pulse", exchange, routingKey, redelivered };
}
