import { randomUUID } from "node:crypto";
import type { Channel, ChannelModel, Options } from "amqplib";
import { errorCode } from "../../domain/error-code.ts";
import { brokerUser } from "../connection/broker-address.ts";
import { surviveRefusals } from "../connection/survive-refusals.ts";

export interface QueueOptions {
  /** Last part of the name `queue/<user>/<name>`. */
  readonly name: string;
  readonly type: "classic" | "quorum";
  /** A private queue that goes away with the connection, under a name of its own. */
  readonly local: boolean;
}

export interface DeclaredQueue {
  /** Full name. */
  readonly queue: string;
  /** That wait in it. */
  readonly messages: number;
  /** It was not there, and has been made now. */
  readonly isNew: boolean;
}

/** @param user - the user that an address names. @returns the full name of the durable queue. */
export function durableQueueName(url: string, name: string): string {
  return `queue/${brokerUser(url)}/${name}`;
}

/**
 * Declares the queue.
 *
 * @param url - names the user, and so the queue.
 */
export async function declareQueue(
  connection: ChannelModel,
  channel: Channel,
  url: string,
  { name, type, local }: QueueOptions,
): Promise<DeclaredQueue> {
  const durable = durableQueueName(url, name);
  if (local) {
    // Another name each time: the broker may still hold the one of a connection that died.
    const queue = `${durable}-local-${randomUUID()}`;
    await channel.assertQueue(queue, { durable: false, exclusive: true, autoDelete: true });
    return { queue, messages: 0, isNew: true };
  }
  const isNew = !(await isThere(connection, durable));
  const options = { durable: true, exclusive: false, autoDelete: false, ...typeArguments(type, connection) };
  const { messageCount } = await channel.assertQueue(durable, options);
  return { queue: durable, messages: messageCount, isNew };
}

/** Asked on a channel of its own: the broker closes it with a "no". */
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
  // A classic queue is declared without a type, as those that exist were.
  if (type === "classic") return {};
  const series = Number.parseInt(connection.serverProperties.version, 10);
  // From 4.0 a quorum queue drops a message after 20 hand-backs unless told not to; 3.x refuses the word.
  return { arguments: { "x-queue-type": "quorum", ...(series >= 4 ? { "x-delivery-limit": -1 } : {}) } };
}
