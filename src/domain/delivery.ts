import type { PulseOrigin } from "./origin.ts";

/** One message as the broker handed it over; delivery tag and channel stay with the source. */
export interface Delivery {
  readonly exchange: string;
  readonly routingKey: string;
  /** The broker handed this message out before, to us or to another consumer of the queue. */
  readonly redelivered: boolean;
  /** Milliseconds since the Unix epoch, by this machine's clock. */
  readonly receivedAtMs: number;
  /** The whole body; of an oversize one only its head, so that what is held stays bounded. */
  readonly body: Buffer;
  /** Set where the body was longer than the limit and has been cut on arrival. */
  readonly oversize: OversizeBody | null;
  /** What the message says of its body; absent where it says nothing. */
  readonly properties?: BodyProperties;
}

/** How a message declares its body. Each is a stranger's text, cut on arrival. */
export interface BodyProperties {
  /** Only for people: what the body is shows in its bytes. */
  readonly content_type?: string;
  /** A character set, or a compression. */
  readonly content_encoding?: string;
  /** The header in which the library kombu names the compression that it has used. */
  readonly compression?: string;
}

export interface OversizeBody {
  /** Length of the whole body. */
  readonly bytes: number;
  /** Lower-case hex SHA-256 of the whole body. */
  readonly sha256: string;
  /** The limit it was over. */
  readonly limitBytes: number;
}

/** How one job message ends; every one ends in exactly one of these ways, and is counted as such. */
export type Outcome = "stored" | "unchanged" | "skipped" | "rejected" | "failed";

/** What the broker is told of a delivery once all of its jobs have ended. */
export type Settlement = "ack" | "requeue";

/** Returns where the jobs of a delivery come from. */
export function originOf({ exchange, routingKey, redelivered }: Delivery): PulseOrigin {
  return { kind: "pulse", exchange, routingKey, redelivered };
}
