import type { ChannelModel } from "amqplib";
import { errorCode } from "../../domain/error-code.ts";
import { withDeadline } from "../../timing/deadline.ts";
import { brokerTrouble, exchangeRefusal } from "../connection/broker-trouble.ts";
import { connectBroker } from "../connection/connect-broker.ts";
import { surviveRefusals } from "../connection/survive-refusals.ts";

export interface LookOptions {
  readonly url: string;
  /** The full name of the queue. */
  readonly queue: string;
  readonly exchanges: readonly string[];
  /** The time limit for all requests together. */
  readonly limitMs: number;
}

/** The state of an exchange, as the broker reports it. */
export interface ExchangeLook {
  readonly exchange: string;
  /** Why the exchange cannot be read; null if it can. */
  readonly trouble: string | null;
}

export interface QueueLook {
  readonly name: string;
  /** The number of messages that are ready; null if there is `trouble`. The same applies to `consumers`. */
  readonly ready_messages: number | null;
  readonly consumers: number | null;
  readonly trouble: string | null;
}

export interface BrokerLook {
  /** Why the broker cannot be asked; null if it has answered. */
  readonly trouble: string | null;
  readonly queue: QueueLook | null;
  readonly exchanges: readonly ExchangeLook[];
}

/** Reads the state of a queue and of exchanges from a broker, without changing or consuming anything. Never throws. */
export async function lookAtBroker(options: LookOptions): Promise<BrokerLook> {
  const { limitMs } = options;
  const trouble = `no answer within ${limitMs / 1000} s`;
  const hangUp = new AbortController();
  try {
    return await withDeadline(look(options, hangUp.signal), limitMs, () => ({
      trouble,
      queue: null,
      exchanges: [],
    }));
  } catch (error) {
    return { trouble: brokerTrouble(error, options.url), queue: null, exchanges: [] };
  } finally {
    hangUp.abort();
  }
}

async function look(
  { url, queue, exchanges, limitMs }: LookOptions,
  hangUp: AbortSignal,
): Promise<BrokerLook> {
  const connection = await connectBroker({ url, name: "pulse-ingest status", timeoutMs: limitMs, hangUp });
  // The error also arrives as a rejection below. An `error` event without a listener would end the process.
  connection.on("error", () => undefined);
  try {
    const looks: ExchangeLook[] = [];
    for (const exchange of exchanges) looks.push(await lookAtExchange(connection, exchange));
    return { trouble: null, queue: await lookAtQueue(connection, queue), exchanges: looks };
  } finally {
    // All answers have arrived, so an error while closing does not matter.
    await connection.close().catch(() => undefined);
  }
}

/** Checks an exchange on a separate channel, because a refusal closes the channel. */
async function lookAtExchange(connection: ChannelModel, exchange: string): Promise<ExchangeLook> {
  const channel = await connection.createChannel();
  surviveRefusals(channel);
  try {
    await channel.checkExchange(exchange);
    await channel.close();
    return { exchange, trouble: null };
  } catch (error) {
    const trouble = exchangeRefusal(error);
    if (trouble === null) throw error;
    return { exchange, trouble };
  }
}

const refusals: Readonly<Record<string, string>> = {
  404: "it does not exist (404): no worker has declared it yet, or it was deleted",
  403: "access is refused (403): it belongs to another user",
  405: "it is private to its worker (405)",
};

async function lookAtQueue(connection: ChannelModel, name: string): Promise<QueueLook> {
  const channel = await connection.createChannel();
  surviveRefusals(channel);
  try {
    const { messageCount, consumerCount } = await channel.checkQueue(name);
    await channel.close();
    return { name, ready_messages: messageCount, consumers: consumerCount, trouble: null };
  } catch (error) {
    const trouble = refusals[errorCode(error)];
    if (trouble === undefined) throw error;
    return { name, ready_messages: null, consumers: null, trouble };
  }
}
