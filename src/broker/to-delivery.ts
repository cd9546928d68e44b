import { createHash } from "node:crypto";
import type { ConsumeMessage } from "amqplib";
import { firstCharacters } from "../domain/characters.ts";
import type { BodyProperties, Delivery } from "../domain/delivery.ts";
import { isJsonObject } from "../domain/json-object.ts";

/** How much of an oversize body is kept: enough to see what it was. */
const HEAD_BYTES = 4096;
/** How much of a property is kept; no encoding has a longer name. */
const MAX_PROPERTY = 100;

/** The broker's message as the stages know it; an oversize body is cut on arrival, so that what is held stays bounded. */
export function toDelivery(
  { content, fields, properties }: ConsumeMessage,
  maxBodyBytes: number,
  nowMs: number,
): Delivery {
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

/** The driver has decoded them, but a header may be of any type. */
function bodyProperties(properties: ConsumeMessage["properties"]): BodyProperties | null {
  const headers: unknown = properties.headers;
  const content_type = declaration(properties.contentType);
  const content_encoding = declaration(properties.contentEncoding);
  const compression = declaration(isJsonObject(headers) ? headers["compression"] : undefined);
  if (content_type === null && content_encoding === null && compression === null) return null;
  return {
    ...(content_type !== null && { content_type }),
    ...(content_encoding !== null && { content_encoding }),
    ...(compression !== null && { compression }),
  };
}

/** Null: nothing is declared. What is not text cannot be undone, and is named by its type. */
function declaration(value: unknown): string | null {
  if (value === undefined || value === null || value === "" || value === false) return null;
  return typeof value === "string" ? firstCharacters(value, MAX_PROPERTY) : `(${typeof value})`;
}
