import { randomUUID } from "node:crypto";
import type { Channel, ChannelModel, Options } from "amqplib";
import { errorCode } from "../../domain/error-code.ts";
import { brokerUser } from "../connection/broker-address.ts";
import { surviveRefusals } from "../connection/survive-refusals.ts";

export interface QueueOptions {
  /** Last part of the name `queue/<user>/<name>`. */
  readonly name: string;
  readonly type: "classic" | "quorum";
  /** True for a private queue under a name of its own, which ends with the connection. */
  readonly local: boolean;
}

export interface DeclaredQueue {
  /** The full name. */
  readonly queue: string;
  /** How many wait in it. */
  readonly messages: number;
  /** True if it did not exist before. */
  readonly isNew: boolean;
}

/** Returns the full name of the durable queue. @param url - the broker's address, which names the user. */
export function durableQueueName(url: string, name: string): string {
  return `queue/${brokerUser(url)}/${name}`;
}

/**
 * Declares the queue.
 *
 * @param url - the broker's address; its user is part of the queue's name.
 */
export async function declareQueue(
  connection: ChannelModel,
  channel: Channel,
  url: string,
  { name, type, local }: QueueOptions,
): Promise<DeclaredQueue> {
  const durable = durableQueueName(url, name);
  if (local) {
    // A new name each time: the broker may still hold the queue of a connection that has died.
    const queue = `${durable}-local-${randomUUID()}`;
    await channel.assertQueue(queue, { durable: false, exclusive: true, autoDelete: true });
    return { queue, messages: 0, isNew: true };
  }
  const isNew = !(await isThere(connection, durable));
  const options = { durable: true, exclusive: false, autoDelete: false, ...typeArguments(type, connection) };
  const { messageCount } = await channel.assertQueue(durable, options);
  return { queue: durable, messages: messageCount, isNew };
}

/** Asks on a channel of its own, because the broker closes the channel when it refuses. */
async function isThere(connection: ChannelModel, queue: string): Promise<boolean> {
  const channel = await connection.createChannel();
  surviveRefusals(channel);
  try {
    await channel.checkQueue(queue);
    await channel.close();
    return true;
  } catch (error) {
    if (errorCode(error) === "404") return false;
    throw error;
  }
}

function typeArguments(type: QueueOptions["type"], { connection }: ChannelModel): Options.AssertQueue {
  // Existing classic queues were declared without a type, and the arguments must be the same.
  if (type === "classic") return {};
  const series = Number.parseInt(connection.serverProperties.version, 10);
  // From 4.0 on, a quorum queue drops a message that was returned 20 times, unless the limit is -1. 3.x refuses -1.
  return { arguments: { "x-queue-type": "quorum", ...(series >= 4 ? { "x-delivery-limit": -1 } : {}) } };
}
