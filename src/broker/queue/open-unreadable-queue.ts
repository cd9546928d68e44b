import { randomUUID } from "node:crypto";
import type { ChannelModel, ConfirmChannel } from "amqplib";
import { brokerUser } from "../connection/broker-address.ts";
import { surviveRefusals } from "../connection/survive-refusals.ts";
import type { RawDelivery } from "../connection/tap-deliveries.ts";

/** A durable queue that belongs to this user and keeps the deliveries that cannot be read. */
export interface UnreadableQueue {
  readonly queue: string;
  /** Resolves once the broker has confirmed that the delivery is in the queue, byte for byte. */
  setAside(delivery: RawDelivery): Promise<void>;
  close(): Promise<void>;
}

/**
 * Declares `queue/<user>/<name>-unreadable`, and binds it to an exchange of the same name. The exchange is needed because a
 * Pulse user may publish to its own exchanges, but not to the default exchange.
 */
export async function openUnreadableQueue(
  connection: ChannelModel,
  url: string,
  name: string,
): Promise<UnreadableQueue> {
  const user = brokerUser(url);
  const queue = `queue/${user}/${name}-unreadable`;
  const exchange = `exchange/${user}/${name}-unreadable`;
  const channel = await connection.createConfirmChannel();
  surviveRefusals(channel);
  await channel.assertExchange(exchange, "fanout", { durable: true });
  await channel.assertQueue(queue, { durable: true });
  await channel.bindQueue(queue, exchange, "");
  return {
    queue,
    setAside: (delivery) => publishParts(channel, exchange, delivery),
    close: () => channel.close(),
  };
}

/**
 * Publishes a delivery as two messages with the same `message_id`. The first contains the property list as its body, and the
 * second the delivery's body. The list may be as large as a frame, so it does not fit into a header. It is not published as
 * properties again for three reasons: this queue could not be read either, the broker would refuse a user id, and an expiration
 * would empty the queue.
 */
async function publishParts(
  channel: ConfirmChannel,
  exchange: string,
  { fields, properties, body }: RawDelivery,
): Promise<void> {
  let isReturned = false;
  const onReturn = (): void => {
    isReturned = true;
  };
  channel.on("return", onReturn);
  const options = {
    messageId: randomUUID(),
    deliveryMode: 2,
    mandatory: true,
    timestamp: Math.trunc(Date.now() / 1000),
    contentType: "application/octet-stream",
    headers: { exchange: fields.exchange, routing_key: fields.routingKey },
  };
  channel.publish(exchange, "", properties, { ...options, type: "properties" });
  channel.publish(exchange, "", body, { ...options, type: "body" });
  await channel.waitForConfirms();
  channel.off("return", onReturn);
  if (isReturned) throw new Error(`no queue is bound to ${exchange} any more`);
}
