import type { Channel, ChannelModel } from "amqplib";
import { exchangeRefusal } from "../connection/broker-trouble.ts";
import { surviveRefusals } from "../connection/survive-refusals.ts";

/**
 * Binds the queue to one exchange, which must exist: a reader never declares the exchange of a publisher.
 *
 * @returns null if it is bound; otherwise why this exchange cannot be bound.
 * @throws anything else that goes wrong, e.g. the connection is lost or the queue is gone.
 */
export function bindExchange(
  connection: ChannelModel,
  queue: string,
  exchange: string,
  routingKeys: readonly string[],
): Promise<string | null> {
  return onOwnChannel(connection, async (channel) => {
    // Checked first, because a binding answers "not found" both for a missing exchange and for a missing queue.
    await channel.checkExchange(exchange);
    for (const routingKey of routingKeys) await channel.bindQueue(queue, exchange, routingKey);
  });
}

/** Removes the bindings to one exchange. All brokers accept the removal of a binding that does not exist. */
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

/** Works on a channel of its own: a refusal closes the channel, and must not close that of the consumer. */
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
