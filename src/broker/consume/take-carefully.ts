import type { Channel, ChannelModel } from "amqplib";
import { Unavailable } from "../../domain/faults.ts";
import type { Log } from "../../log.ts";
import type { Counters } from "../../metrics/counters.ts";
import { ContentProperties } from "../connection/content-properties.ts";
import { culpritOf, type RawDelivery } from "../connection/tap-deliveries.ts";
import type { DeliveryHandler } from "../message-source.ts";
import { openUnreadableQueue } from "../queue/open-unreadable-queue.ts";
import { taggedMessage } from "./tagged-message.ts";
import { type Received, toUnreadable } from "./to-delivery.ts";
import type { UnreadableStreak } from "./unreadable-streak.ts";
import type { DeliveryWatch } from "./watch-deliveries.ts";

export interface CarefulOptions {
  readonly connection: ChannelModel;
  /** The channel on which the deliveries arrive and are acknowledged. */
  readonly channel: Channel;
  readonly watch: DeliveryWatch;
  readonly streak: UnreadableStreak;
  readonly url: string;
  /** The last part of the consumed queue's name. */
  readonly name: string;
  readonly maxBodyBytes: number;
  /** Called with each delivery that is set aside, to record it as a rejection too. */
  readonly handler: DeliveryHandler;
  readonly counters: Pick<Counters, "deliveriesSetAside">;
  readonly log: Log;
}

/**
 * Takes deliveries over from the driver, so that none of them can end the connection. The delivery that has ended it before, and
 * any delivery that cannot be read, is set aside in a separate queue, rejected and acknowledged. All others go to the consumer as
 * usual.
 */
export function takeCarefully(options: CarefulOptions, take: (message: Received) => void): void {
  const { watch, streak } = options;
  watch.tap.take((raw) => {
    const properties = readable(raw.properties);
    const delivery = culpritOf({ ...raw, bodyBytes: raw.body.length });
    if (properties === null || streak.isCulprit(delivery, raw.fields.redelivered)) {
      setAside(options, raw, properties).then(() => watch.carefulEnd(null), watch.carefulEnd);
    } else {
      take({ fields: raw.fields, properties, content: raw.body });
    }
  });
}

function readable(list: Buffer): ContentProperties | null {
  try {
    return new ContentProperties(list);
  } catch {
    // The caller sets the delivery aside.
    return null;
  }
}

/**
 * Sets a delivery aside. It is acknowledged only after the rejection is durable and the message is in the other queue.
 *
 * @throws Unavailable if the store stays away; the broker then delivers the message again.
 */
async function setAside(
  options: CarefulOptions,
  raw: RawDelivery,
  properties: ContentProperties | null,
): Promise<void> {
  const { connection, channel, url, name, maxBodyBytes, handler, counters, log } = options;
  const { exchange, routingKey: routing_key } = raw.fields;
  const unreadable = await openUnreadableQueue(connection, url, name);
  const refused = toUnreadable(raw, properties, maxBodyBytes, Date.now(), unreadable.queue);
  const settlement = await handler(refused);
  if (settlement !== "ack")
    throw new Unavailable("store", "the rejection of the delivery could not be recorded");
  await unreadable.setAside(raw);
  channel.ack(taggedMessage(raw.fields.deliveryTag));
  counters.deliveriesSetAside.inc();
  log.warn("delivery_set_aside", { queue: unreadable.queue, exchange, routing_key, bytes: raw.body.length });
  await unreadable.close();
}
