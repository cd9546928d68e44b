import type { PulseOrigin } from "./origin.ts";

/** The body of a message as it came. */
export interface RawBody {
  /** The whole body. An oversize body is cut to its beginning, so that memory stays bounded. */
  readonly body: Buffer;
  /** Set if the body was longer than the limit and was cut on arrival. */
  readonly oversize: OversizeBody | null;
  /** How the message declares its body; absent if it declares nothing. */
  readonly properties?: BodyProperties;
}

/** One message from the broker, without its delivery tag and channel, which only the source needs. */
export interface Delivery extends RawBody {
  readonly exchange: string;
  readonly routingKey: string;
  /** The broker has handed this message out before, to us or to another consumer of the queue. */
  readonly redelivered: boolean;
  /** Milliseconds since the Unix epoch, by this machine's clock. */
  readonly receivedAtMs: number;
  /** Set if the driver of the broker fails at the delivery. Its headers are not known then. */
  readonly unreadable?: {
    /** The queue that keeps it whole. */
    readonly queue: string;
  };
}

/** How a message declares its body. Publishers write these texts; each is cut on arrival. */
export interface BodyProperties {
  /** Shown to people only. The bytes decide how the body is read. */
  readonly content_type?: string;
  /** A character set or a compression. */
  readonly content_encoding?: string;
  /** The header in which the library kombu names its compression. */
  readonly compression?: string;
}

export interface OversizeBody {
  /** Length of the whole body. */
  readonly bytes: number;
  /** Lower-case hex SHA-256 of the whole body. */
  readonly sha256: string;
  /** The limit that the body exceeds. */
  readonly limitBytes: number;
}

/** How a job message ends. Each one ends in exactly one of these ways and is counted. */
export type Outcome = "stored" | "unchanged" | "skipped" | "rejected" | "failed";

/** The answer to the broker for a delivery, after all of its jobs have ended. */
export type Settlement = "ack" | "requeue";

/** Returns where the jobs of a delivery come from. */
export function originOf({ exchange, routingKey, redelivered }: Delivery): PulseOrigin {
  return { kind: "pulse", exchange, routingKey, redelivered };
}
