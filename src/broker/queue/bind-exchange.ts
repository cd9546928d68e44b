import type { Channel, ChannelModel } from "amqplib";
import { exchangeRefusal } from "../connection/broker-trouble.ts";
import { surviveRefusals } from "../connection/survive-refusals.ts";

/**
 * Binds the queue to one exchange, which must exist: a reader never creates somebody's exchange.
 *
 * @returns null: done; else why this exchange cannot be bound.
 * @throws what else went wrong, e.g. the connection was lost or the queue is gone.
 */
export function bindExchange(
  connection: ChannelModel,
  queue: string,
  exchange: string,
  routingKeys: readonly string[],
): Promise<string | null> {
  return onOwnChannel(connection, async (channel) => {
    // Whether it is there is asked without the queue: a bind says "not found" of either.
    await channel.checkExchange(exchange);
    for (const routingKey of routingKeys) await channel.bindQueue(queue, exchange, routingKey);
  });
}

/** The contrary. What is not bound, also because its exchange is gone, is as good as removed on every broker. */
export function unbindExchange(
  connection: ChannelModel,
  queue: string,
  exchange: string,
  routingKeys: readonly string[],
): Promise<string | null> {
  return onOwnChannel(connection, async (channel) => {
    for (const routingKey of routingKeys) await channel.unbindQueue(queue, exchange, routingKey);
  });
}

/** A "no" closes the channel: it has to be one that nobody else needs, least of all the consumer. */
async function onOwnChannel(
  connection: ChannelModel,
  work: (channel: Channel) => Promise<void>,
): Promise<string | null> {
  const channel = await connection.createChannel();
  surviveRefusals(channel);
  try {
    await work(channel);
    await channel.close();
    return null;
  } catch (error) {
    const isOfQueue = error instanceof Error && / queue '/.test(error.message);
    const reason = isOfQueue ? null : exchangeRefusal(error);
    if (reason === null) throw error;
    return reason;
  }
}
