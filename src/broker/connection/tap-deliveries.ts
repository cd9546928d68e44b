import * as z from "zod";
import { ContentProperties } from "./content-properties.ts";
import { firstContentHeader, frameReader } from "./read-content-headers.ts";

/** A delivery as it arrives in its frames, with its property list still encoded. */
export interface RawDelivery {
  readonly fields: z.infer<typeof DeliverFields>;
  readonly properties: Buffer;
  readonly body: Buffer;
}

/** The features by which a delivery that has ended the connection or the channel is recognised when it is delivered again. */
export interface Culprit {
  readonly exchange: string;
  readonly routingKey: string;
  readonly bodyBytes: number;
  /** Its content type, encoding and text headers. Other headers may change: a quorum queue counts deliveries in one of them. */
  readonly marks: string;
}

/** Watches the deliveries of a connection before the driver sees them, and takes them over if asked to. */
export interface DeliveryTap {
  /** Returns the delivery that the driver is handling, or null if there is none or it is not known. */
  current(): Culprit | null;
  /** Calls the listener when the driver fails at a frame, with the delivery to which the frame belongs, or null. */
  onFailure(listener: (culprit: Culprit | null, error: unknown) => void): void;
  /** From now on passes all deliveries to the taker, one after the other, instead of to the driver. */
  take(taker: (delivery: RawDelivery) => void): void;
}

interface Started {
  /** A {@link DeliverFrame}. To save time, it is parsed only if the delivery fails or is taken over. */
  readonly frame: unknown;
  properties: Buffer;
  bodyBytes: number;
  readonly chunks: Buffer[];
}

const BASIC_DELIVER = (60 << 16) | 60;
const DeliverFields = z.object({
  consumerTag: z.string(),
  deliveryTag: z.number(),
  redelivered: z.boolean(),
  exchange: z.string(),
  routingKey: z.string(),
});
const DeliverFrame = z.object({ id: z.literal(BASIC_DELIVER), fields: DeliverFields });
const NOTHING = Buffer.alloc(0);

/** Taps a connection that `connectBroker` has made, and follows its deliveries frame by frame. */
export function tapDeliveries(connection: unknown): DeliveryTap {
  const driver = frameReader(connection);
  const recvFrame = driver.recvFrame;
  const started = new Map<number, Started>();
  let busyWith: Started | null = null;
  let seen: unknown = null;
  let taker: ((delivery: RawDelivery) => void) | null = null;

  driver.recvFrame = () => {
    for (;;) {
      // The driver asks for the next frame only after it has handled the last one.
      busyWith = null;
      if (noteHeader()) continue;
      const frame = recvFrame.call(driver);
      // To read more bytes, the driver calls this method again. The inner call has then already seen the frame.
      if (frame === seen || !noteFrame(frame)) {
        seen = frame;
        return frame;
      }
    }
  };

  /** Notes a content header. @returns true if it was removed from the bytes, so that the driver does not see it. */
  function noteHeader(): boolean {
    const header = firstContentHeader(driver.rest);
    const delivery = header === null ? undefined : started.get(header.channel);
    if (header === null || delivery === undefined) return false;
    delivery.properties = header.properties;
    delivery.bodyBytes = header.bodySize;
    busyWith = delivery;
    if (taker === null) return false;
    driver.rest = driver.rest.subarray(header.frameBytes);
    passIfComplete(header.channel, delivery);
    return true;
  }

  /** Notes any other frame. @returns true if it is part of a delivery that the driver must not see. */
  function noteFrame(frame: unknown): boolean {
    if (typeof frame !== "object" || frame === null) return false;
    if (!("channel" in frame)) return false;
    if ("id" in frame && frame.id === BASIC_DELIVER) {
      busyWith = { frame, properties: NOTHING, bodyBytes: 0, chunks: [] };
      started.set(Number(frame.channel), busyWith);
      return taker !== null;
    }
    if (!("content" in frame && Buffer.isBuffer(frame.content))) return false;
    const channel = Number(frame.channel);
    const delivery = started.get(channel);
    if (delivery === undefined) return false;
    busyWith = delivery;
    if (taker === null) return false;
    delivery.chunks.push(frame.content);
    passIfComplete(channel, delivery);
    return true;
  }

  function passIfComplete(channel: number, { frame, properties, bodyBytes, chunks }: Started): void {
    const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (length < bodyBytes) return;
    started.delete(channel);
    taker?.({ fields: fieldsOf(frame), properties, body: Buffer.concat(chunks) });
  }

  function current(): Culprit | null {
    if (busyWith === null) return null;
    const { frame, properties, bodyBytes } = busyWith;
    return culpritOf({ fields: fieldsOf(frame), properties, bodyBytes });
  }

  return {
    current,
    onFailure(listener) {
      // Prepended, because the driver's own listener ends the connection.
      driver.prependListener("frameError", (error: unknown) => listener(current(), error));
    },
    take(newTaker) {
      taker = newTaker;
    },
  };
}

function fieldsOf(frame: unknown): RawDelivery["fields"] {
  return DeliverFrame.parse(frame).fields;
}

/** Returns the features of a message that are the same in each of its deliveries. */
export function culpritOf(
  delivery: Pick<RawDelivery, "fields" | "properties"> & { readonly bodyBytes: number },
): Culprit {
  const { fields, properties, bodyBytes } = delivery;
  return {
    exchange: fields.exchange,
    routingKey: fields.routingKey,
    bodyBytes,
    marks: marksOf(properties),
  };
}

function marksOf(properties: Buffer): string {
  try {
    const { contentType, contentEncoding, headers } = new ContentProperties(properties);
    // RabbitMQ 3 sorts the headers when a quorum queue delivers a message again.
    return JSON.stringify([contentType, contentEncoding, Object.entries(headers).toSorted()]);
  } catch {
    // The properties may be the part that cannot be read. The other fields still identify the delivery.
    return "";
  }
}

export function isSameCulprit(one: Culprit | null, other: Culprit | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
