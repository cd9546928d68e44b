import { randomUUID } from "node:crypto";
import type { Channel, ChannelModel, Options } from "amqplib";
import { errorCode } from "../../domain/error-code.ts";
import { brokerUser } from "../connection/broker-address.ts";
import { surviveRefusals } from "../connection/survive-refusals.ts";

export interface QueueOptions {
  /** The last part of the queue's full name, `queue/<user>/<name>`. */
  readonly name: string;
  readonly type: "classic" | "quorum";
  /** True for a private queue with a unique name, which is deleted when the connection ends. */
  readonly local: boolean;
}

export interface DeclaredQueue {
  /** The full name. */
  readonly queue: string;
  /** The number of messages that are ready in the queue. */
  readonly messages: number;
  /** True if the queue did not exist before. */
  readonly isNew: boolean;
  /** True if the existing queue limits deliveries: the broker then drops a message that is returned too often. */
  readonly isLimited: boolean;
}

/** Returns the full name of the durable queue. @param url - the broker's address; its user is part of the queue's name. */
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
    // The name is new each time, because the broker may still keep the queue of a dead connection.
    const queue = `${durable}-local-${randomUUID()}`;
    await channel.assertQueue(queue, { durable: false, exclusive: true, autoDelete: true });
    return { queue, messages: 0, isNew: true, isLimited: false };
  }
  const isNew = !(await isThere(connection, durable));
  const options = {
    durable: true,
    exclusive: false,
    autoDelete: false,
    arguments: typeArguments(type, connection),
  };
  const isLimited = !isNew && (await isRefusedForLimit(connection, durable, options));
  const { messageCount } = await (isLimited
    ? channel.checkQueue(durable)
    : channel.assertQueue(durable, options));
  return { queue: durable, messages: messageCount, isNew, isLimited };
}

/** Returns whether a queue exists. */
async function isThere(connection: ChannelModel, queue: string): Promise<boolean> {
  return isAccepted(connection, (channel) => channel.checkQueue(queue), isMissing);
}

/**
 * Returns whether an existing queue differs from these options in its delivery limit. This happens to a quorum queue that RabbitMQ 3
 * created, after an upgrade to RabbitMQ 4. The limit cannot be changed, but the messages in the queue must still be read.
 */
async function isRefusedForLimit(
  connection: ChannelModel,
  queue: string,
  options: Options.AssertQueue,
): Promise<boolean> {
  if (options.arguments?.[DELIVERY_LIMIT] === undefined) return false;
  return !(await isAccepted(connection, (channel) => channel.assertQueue(queue, options), isOfLimit));
}

/**
 * Asks the broker on a separate channel, because a refusal closes the channel. Returns false for the expected refusal.
 *
 * @throws any other error.
 */
async function isAccepted(
  connection: ChannelModel,
  ask: (channel: Channel) => Promise<unknown>,
  isExpected: (refusal: unknown) => boolean,
): Promise<boolean> {
  const channel = await connection.createChannel();
  surviveRefusals(channel);
  try {
    await ask(channel);
    await channel.close();
    return true;
  } catch (error) {
    if (isExpected(error)) return false;
    throw error;
  }
}

const DELIVERY_LIMIT = "x-delivery-limit";

function isMissing(refusal: unknown): boolean {
  return errorCode(refusal) === "404";
}

function isOfLimit(refusal: unknown): boolean {
  return errorCode(refusal) === "406" && String(refusal).includes(`inequivalent arg '${DELIVERY_LIMIT}'`);
}

function typeArguments(type: QueueOptions["type"], { connection }: ChannelModel): Record<string, unknown> {
  // Without a type, the vhost's default may make it a quorum queue. Brokers treat an existing queue without a type as classic.
  if (type === "classic") return { "x-queue-type": "classic" };
  const series = Number.parseInt(connection.serverProperties.version, 10);
  // Since RabbitMQ 4.0, a quorum queue drops a message that was returned 20 times, unless the limit is -1. 3.x refuses -1.
  return { "x-queue-type": "quorum", ...(series >= 4 ? { [DELIVERY_LIMIT]: -1 } : {}) };
}
