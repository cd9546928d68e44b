import { createHash } from "node:crypto";
import type { ConsumeMessageFields } from "amqplib";
import type { BodyProperties, Delivery } from "../../domain/delivery.ts";
import { firstCharacters } from "../../domain/text/characters.ts";
import { ContentProperties } from "../connection/content-properties.ts";

/** How much of an oversize body is kept: enough to see what it was. */
const HEAD_BYTES = 4096;
/** How much of a property is kept; no encoding has a longer name. */
const MAX_PROPERTY = 100;

/** A message of a consumer: amqplib's, or one that was taken past amqplib. */
export interface Received {
  readonly fields: ConsumeMessageFields;
  readonly properties: unknown;
  readonly content: Buffer;
}

/**
 * The broker's message as the stages know it; an oversize body is cut on arrival, so that what is held stays bounded.
 *
 * @throws Error for a message that did not come through `readContentHeaders`: the next one could end the connection.
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
  const isOversize = content.length > maxBodyBytes;
  const declared = bodyProperties(properties);
  return {
    exchange: fields.exchange,
    routingKey: fields.routingKey,
    redelivered: fields.redelivered,
    receivedAtMs: nowMs,
    // Copied: a part of the buffer would keep all of it in memory.
    body: isOversize ? Buffer.from(content.subarray(0, HEAD_BYTES)) : content,
    oversize: isOversize
      ? {
          bytes: content.length,
          sha256: createHash("sha256").update(content).digest("hex"),
          limitBytes: maxBodyBytes,
        }
      : null,
    ...(declared !== null && { properties: declared }),
  };
}

/** What the properties declare about the body; null: nothing. */
function bodyProperties({ contentType, contentEncoding, headers }: ContentProperties): BodyProperties | null {
  const content_type = declaration(contentType);
  const content_encoding = declaration(contentEncoding);
  // A header whose value is not text declares nothing that could be undone.
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
