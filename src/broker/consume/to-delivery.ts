import { createHash } from "node:crypto";
import type { ConsumeMessageFields } from "amqplib";
import type { BodyProperties, Delivery } from "../../domain/delivery.ts";
import { firstCharacters } from "../../domain/text/characters.ts";
import { ContentProperties } from "../connection/content-properties.ts";
import type { RawDelivery } from "../connection/tap-deliveries.ts";

/** How much of an oversize body is kept, so that people can see what the message was. */
const HEAD_BYTES = 4096;
/** How many characters of a property are kept. No known encoding has a longer name. */
const MAX_PROPERTY = 100;

/** A message that was delivered, through amqplib or bypassing it. */
export interface Received {
  readonly fields: ConsumeMessageFields;
  readonly properties: unknown;
  readonly content: Buffer;
}

/**
 * Returns the broker's message as a delivery. An oversize body is truncated immediately, to limit the memory in use.
 *
 * @throws Error if `readContentHeaders` did not read the message's properties: the next message could then end the connection.
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
  // Written without spreads for speed, because this code runs for every message.
  const delivery = { exchange, routingKey, redelivered, receivedAtMs: nowMs, body, oversize };
  return declared === null ? delivery : { ...delivery, properties: declared };
}

/**
 * Returns the delivery for a message that the driver cannot read.
 *
 * @param content - the message's properties, or null if they cannot be read either.
 * @param queue - the queue that keeps the whole message.
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

/** Returns the body, or only its beginning if it is too long. */
function withinLimit(content: Buffer, limitBytes: number): Pick<Delivery, "body" | "oversize"> {
  if (content.length <= limitBytes) return { body: content, oversize: null };
  const sha256 = createHash("sha256").update(content).digest("hex");
  return {
    // Copied, because a slice would keep the whole buffer in memory.
    body: Buffer.from(content.subarray(0, HEAD_BYTES)),
    oversize: { bytes: content.length, sha256, limitBytes },
  };
}

/** Returns what the properties declare about the body, or null if they declare nothing. */
function bodyProperties({ contentType, contentEncoding, headers }: ContentProperties): BodyProperties | null {
  const content_type = declaration(contentType);
  const content_encoding = declaration(contentEncoding);
  // `headers` contains only text values, so a compression of another type is ignored.
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
