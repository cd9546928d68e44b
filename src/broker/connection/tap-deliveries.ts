import * as z from "zod";
import { ContentProperties } from "./content-properties.ts";
import { firstContentHeader, frameReader } from "./read-content-headers.ts";

/** A delivery as its frames carry it, with the property list undecoded. */
export interface RawDelivery {
  readonly fields: z.infer<typeof DeliverFields>;
  readonly properties: Buffer;
  readonly body: Buffer;
}

/** A delivery that ended the connection or the channel, as far as one can know it again. */
export interface Culprit {
  readonly exchange: string;
  readonly routingKey: string;
  readonly bodyBytes: number;
  /** Its content type, encoding and text headers. Others change: a quorum queue counts deliveries in a header. */
  readonly marks: string;
}

/** What can be known of a connection's deliveries beside the driver. */
export interface DeliveryTap {
  /** The delivery that the driver is busy with; null outside of its handlers, or where none is known. */
  current(): Culprit | null;
  /** Calls back at once when the driver fails at a frame, with the delivery that it belongs to, if any. */
  onFailure(listener: (culprit: Culprit | null, error: unknown) => void): void;
  /** From now on deliveries come here, one after the other, and the driver sees nothing of them. */
  take(taker: (delivery: RawDelivery) => void): void;
}

interface Started {
  readonly fields: z.infer<typeof DeliverFields>;
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
const DeliverFrame = z.object({ id: z.literal(BASIC_DELIVER), channel: z.number(), fields: DeliverFields });
const NOTHING = Buffer.alloc(0);

/** Follows the deliveries of a connection that `connectBroker` made, frame by frame. */
export function tapDeliveries(connection: unknown): DeliveryTap {
  const driver = frameReader(connection);
  const recvFrame = driver.recvFrame;
  const started = new Map<number, Started>();
  let busyWith: Started | null = null;
  let seen: unknown = null;
  let taker: ((delivery: RawDelivery) => void) | null = null;

  driver.recvFrame = () => {
    for (;;) {
      // The driver asks for the next frame once it has done with the last one.
      busyWith = null;
      if (noteHeader()) continue;
      const frame = recvFrame.call(driver);
      // It reads on by calling this method, which then has seen the frame already.
      if (frame === seen || !noteFrame(frame)) {
        seen = frame;
        return frame;
      }
    }
  };

  /** @returns true: the frame was taken off. */
  function noteHeader(): boolean {
    const header = firstContentHeader(driver.rest);
    const delivery = header === null ? undefined : started.get(header.channel);
    if (header === null || delivery === undefined) return false;
    delivery.properties = header.properties;
    delivery.bodyBytes = header.bodySize;
    busyWith = delivery;
    if (taker === null) return false;
    driver.rest = driver.rest.subarray(header.frameBytes);
    giveIfWhole(header.channel, delivery);
    return true;
  }

  /** @returns true: the frame is a part of a delivery that the driver shall not see. */
  function noteFrame(frame: unknown): boolean {
    if (typeof frame !== "object" || frame === null) return false;
    if ("id" in frame && frame.id === BASIC_DELIVER) {
      const { channel, fields } = DeliverFrame.parse(frame);
      busyWith = { fields, properties: NOTHING, bodyBytes: 0, chunks: [] };
      started.set(channel, busyWith);
      return taker !== null;
    }
    if (!("content" in frame && "channel" in frame && Buffer.isBuffer(frame.content))) return false;
    const channel = Number(frame.channel);
    const delivery = started.get(channel);
    if (delivery === undefined) return false;
    busyWith = delivery;
    if (taker === null) return false;
    delivery.chunks.push(frame.content);
    giveIfWhole(channel, delivery);
    return true;
  }

  function giveIfWhole(channel: number, { fields, properties, bodyBytes, chunks }: Started): void {
    const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (length < bodyBytes) return;
    started.delete(channel);
    taker?.({ fields, properties, body: Buffer.concat(chunks) });
  }

  const current = (): Culprit | null => (busyWith === null ? null : culpritOf(busyWith));

  return {
    current,
    onFailure(listener) {
      // Before the driver's own listener, which ends the connection.
      driver.prependListener("frameError", (error: unknown) => listener(current(), error));
    },
    take(newTaker) {
      taker = newTaker;
    },
  };
}

/** What is the same of a delivery each time it comes. */
export function culpritOf(delivery: Pick<Started, "fields" | "properties" | "bodyBytes">): Culprit {
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
    return JSON.stringify(new ContentProperties(properties));
  } catch {
    // Reading them may be the very thing that fails; the rest has to do.
    return "";
  }
}

export function isSameCulprit(one: Culprit | null, other: Culprit | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
