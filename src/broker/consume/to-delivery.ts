import { createHash } from "node:crypto";
import type { ConsumeMessageFields } from "amqplib";
import type { BodyProperties, Delivery } from "../../domain/delivery.ts";
import { firstCharacters } from "../../domain/text/characters.ts";
import { ContentProperties } from "../connection/content-properties.ts";
import type { RawDelivery } from "../connection/tap-deliveries.ts";

/** How much of an oversize body is kept, so that people can see what it was. */
const HEAD_BYTES = 4096;
/** How many characters of a property are kept. No encoding has a longer name. */
const MAX_PROPERTY = 100;

/** A message that was delivered, by amqplib or past it. */
export interface Received {
  readonly fields: ConsumeMessageFields;
  readonly properties: unknown;
  readonly content: Buffer;
}

/**
 * Returns the broker's message as a delivery. An oversize body is cut at once, to bound the memory in use.
 *
 * @throws Error for a message that did not pass `readContentHeaders`: the next one could end the connection.
 */
export function toDelivery(
  { content, fields, properties }: Received,
  maxBodyBytes: number,
  nowMs: number,
): Delivery {
  if (!(properties instanceof ContentProperties)) {
    throw new Error(
      "amqplib has decoded a delivery by itself; read-content-headers.ts must follow its version",
    );
  }
  const declared = bodyProperties(properties);
  const { exchange, routingKey, redelivered } = fields;
  const { body, oversize } = withinLimit(content, maxBodyBytes);
  // Without spreads, because this runs for every message.
  const delivery = { exchange, routingKey, redelivered, receivedAtMs: nowMs, body, oversize };
  return declared === null ? delivery : { ...delivery, properties: declared };
}

/**
 * Returns a delivery at which the driver fails.
 *
 * @param content - its properties, for what they declare about the body; null if they cannot be read either.
 * @param queue - the queue that keeps it whole.
 */
export function toUnreadable(
  { fields, body }: RawDelivery,
  content: ContentProperties | null,
  maxBodyBytes: number,
  nowMs: number,
  queue: string,
): Delivery {
  const { exchange, routingKey, redelivered } = fields;
  const whole = withinLimit(body, maxBodyBytes);
  const delivery = {
    exchange,
    routingKey,
    redelivered,
    receivedAtMs: nowMs,
    ...whole,
    unreadable: { queue },
  };
  const declared = content === null ? null : bodyProperties(content);
  return declared === null ? delivery : { ...delivery, properties: declared };
}

/** Returns the body, cut to its beginning if it is too long. */
function withinLimit(content: Buffer, limitBytes: number): Pick<Delivery, "body" | "oversize"> {
  if (content.length <= limitBytes) return { body: content, oversize: null };
  const sha256 = createHash("sha256").update(content).digest("hex");
  return {
    // Copied, because a part of a buffer keeps the whole buffer in memory.
    body: Buffer.from(content.subarray(0, HEAD_BYTES)),
    oversize: { bytes: content.length, sha256, limitBytes },
  };
}

/** Returns what the properties declare about the body; null if they declare nothing. */
function bodyProperties({ contentType, contentEncoding, headers }: ContentProperties): BodyProperties | null {
  const content_type = declaration(contentType);
  const content_encoding = declaration(contentEncoding);
  // A header whose value is not text names no compression.
  const compression = declaration(headers["compression"]);
  if (content_type === null && content_encoding === null && compression === null) return null;
  return {
    ...(content_type !== null && { content_type }),
    ...(content_encoding !== null && { content_encoding }),
    ...(compression !== null && { compression }),
  };
}

function declaration(text: string | undefined): string | null {
  return text === undefined || text === "" ? null : firstCharacters(text, MAX_PROPERTY);
}
