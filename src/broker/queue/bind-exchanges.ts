import type { Channel, ChannelModel } from "amqplib";
import { exchangeRefusal } from "../connection/broker-trouble.ts";
import { sendBinding } from "../connection/send-binding.ts";
import { surviveRefusals } from "../connection/survive-refusals.ts";
import type { ListedExchange } from "../message-source.ts";

/** Called for each exchange, with the broker's reason if it refuses the work, or with null if the work is done. */
export type OnExchange = (exchange: ListedExchange, refusal: string | null) => void;

/** How many exchanges are in progress at the same time, each on its own channel. */
const CHANNELS = 32;
/** How many binding requests may be pending on a channel. This limits the memory for requests that the broker has not read yet. */
const MAX_PENDING = 200;

/**
 * Binds the queue to exchanges. The exchanges must exist, because a consumer never declares a publisher's exchange.
 *
 * @throws any error that is not caused by an exchange, such as a lost connection or a deleted queue. The work on all exchanges has
 *   ended by then.
 */
export function bindExchanges(
  connection: ChannelModel,
  queue: string,
  exchanges: readonly ListedExchange[],
  onExchange: OnExchange,
): Promise<void> {
  return onChannels(connection, exchanges, onExchange, async (channel, { exchange, routingKeys }) => {
    for (let at = 0; at < routingKeys.length; at += MAX_PENDING) {
      for (const key of routingKeys.slice(at, at + MAX_PENDING)) sendBinding(channel, queue, exchange, key);
      // The answer to this call means that all bindings sent before it are done.
      await channel.checkExchange(exchange);
    }
  });
}

/** Removes bindings. All brokers accept the removal of a binding that does not exist. @throws the same errors as {@link bindExchanges} */
export function unbindExchanges(
  connection: ChannelModel,
  queue: string,
  exchanges: readonly ListedExchange[],
  onExchange: OnExchange,
): Promise<void> {
  return onChannels(connection, exchanges, onExchange, async (channel, { exchange, routingKeys }) => {
    for (const routingKey of routingKeys) await channel.unbindQueue(queue, exchange, routingKey);
  });
}

/** Does the work on separate channels. A refusal closes its channel, which must not be the consumer's. */
async function onChannels(
  connection: ChannelModel,
  exchanges: readonly ListedExchange[],
  onExchange: OnExchange,
  work: (channel: Channel, exchange: ListedExchange) => Promise<void>,
): Promise<void> {
  // The channels share this iterator: each takes the next exchange when it has finished its last one.
  const waiting = exchanges.values();

  async function onChannel(): Promise<void> {
    let channel: Channel | null = null;
    for (const exchange of waiting) {
      channel ??= await openChannel(connection);
      try {
        await work(channel, exchange);
        onExchange(exchange, null);
      } catch (error) {
        // No other exchange was in progress on this channel, so a refusal concerns this one.
        channel = null;
        onExchange(exchange, refusalOf(error));
      }
    }
    await channel?.close();
  }

  const channels = Array.from({ length: Math.min(CHANNELS, exchanges.length) }, onChannel);
  const failed = (await Promise.allSettled(channels)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

async function openChannel(connection: ChannelModel): Promise<Channel> {
  const channel = await connection.createChannel();
  surviveRefusals(channel);
  return channel;
}

/** Returns why the broker refuses the exchange. @throws the error itself if the exchange did not cause it. */
function refusalOf(error: unknown): string {
  const isOfQueue = error instanceof Error && / queue '/.test(error.message);
  const refusal = isOfQueue ? null : exchangeRefusal(error);
  if (refusal === null) throw error;
  return refusal;
}
