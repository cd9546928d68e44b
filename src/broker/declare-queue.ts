import { randomUUID } from "node:crypto";
import type { Channel, ChannelModel, Options } from "amqplib";
import { brokerUser } from "./broker-address.ts";

export interface QueueOptions {
  /** Last part of the name `queue/<user>/<name>`. */
  readonly name: string;
  readonly type: "classic" | "quorum";
  /** A private queue that goes away with the connection, under a name of its own. */
  readonly local: boolean;
}

/**
 * Declares the queue and gives its name.
 *
 * @param url - names the user, and so the queue.
 */
export async function declareQueue(
  connection: ChannelModel,
  channel: Channel,
  url: string,
  { name, type, local }: QueueOptions,
): Promise<{ queue: string; messages: number }> {
  const user = brokerUser(url);
  const queue = local ? `queue/${user}/${name}-local-${randomUUID()}` : `queue/${user}/${name}`;
  const options: Options.AssertQueue = local
    ? { durable: false, exclusive: true, autoDelete: true }
    : { durable: true, exclusive: false, autoDelete: false, ...typeArguments(type, connection) };
  const { messageCount } = await channel.assertQueue(queue, options);
  return { queue, messages: messageCount };
}

function typeArguments(type: QueueOptions["type"], { connection }: ChannelModel): Options.AssertQueue {
  // A classic queue is declared without a type, as those that exist were.
  if (type === "classic") return {};
  const series = Number.parseInt(connection.serverProperties.version, 10);
  // From 4.0 a quorum queue drops a message after 20 hand-backs unless told not to; 3.x refuses the word.
  return { arguments: { "x-queue-type": "quorum", ...(series >= 4 ? { "x-delivery-limit": -1 } : {}) } };
}
