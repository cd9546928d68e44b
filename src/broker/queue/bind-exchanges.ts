import type { Channel, ChannelModel } from "amqplib";
import { exchangeRefusal } from "../connection/broker-trouble.ts";
import { sendBinding } from "../connection/send-binding.ts";
import { surviveRefusals } from "../connection/survive-refusals.ts";
import type { ListedExchange } from "../message-source.ts";

/** Called for each exchange: with null if the work is done, otherwise with the reason why the broker refuses it. */
export type OnExchange = (exchange: ListedExchange, refusal: string | null) => void;

/** How many exchanges are in progress at the same time, each on a channel. */
const CHANNELS = 32;
/** How many bindings are under way on a channel. It bounds the memory for what the broker has not read yet. */
const UNDER_WAY = 200;

/**
 * Binds the queue to exchanges, which must exist: a reader never declares the exchange of a publisher.
 *
 * @throws anything that is not the fault of an exchange, e.g. the connection is lost or the queue is gone. By then the work on
 *   all exchanges has ended.
 */
export function bindExchanges(
  connection: ChannelModel,
  queue: string,
  exchanges: readonly ListedExchange[],
  onExchange: OnExchange,
): Promise<void> {
  return onChannels(connection, exchanges, onExchange, async (channel, { exchange, routingKeys }) => {
    for (let at = 0; at < routingKeys.length; at += UNDER_WAY) {
      for (const key of routingKeys.slice(at, at + UNDER_WAY)) sendBinding(channel, queue, exchange, key);
      // Its answer says that all of them are done.
      await channel.checkExchange(exchange);
    }
  });
}

/** Removes bindings. All brokers accept the removal of a binding that does not exist. @throws as {@link bindExchanges} */
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

/** Works on channels of its own: a refusal closes the channel, and must not close that of the consumer. */
async function onChannels(
  connection: ChannelModel,
  exchanges: readonly ListedExchange[],
  onExchange: OnExchange,
  work: (channel: Channel, exchange: ListedExchange) => Promise<void>,
): Promise<void> {
  // Shared: each channel takes the next exchange when it has done its last one.
  const waiting = exchanges.values();

  async function onChannel(): Promise<void> {
    let channel: Channel | null = null;
    for (const exchange of waiting) {
      channel ??= await openChannel(connection);
      try {
        await work(channel, exchange);
        onExchange(exchange, null);
      } catch (error) {
        // Only this exchange was in progress on this channel, so that it alone is to blame.
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

/** @throws the error itself if the exchange is not to blame. */
function refusalOf(error: unknown): string {
  const isOfQueue = error instanceof Error && / queue '/.test(error.message);
  const refusal = isOfQueue ? null : exchangeRefusal(error);
  if (refusal === null) throw error;
  return refusal;
}
