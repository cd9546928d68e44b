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
  /** How long everything together may take. */
  readonly limitMs: number;
}

/** What a broker says about an exchange. */
export interface ExchangeLook {
  readonly exchange: string;
  /** Why it cannot be read; null if it can. */
  readonly trouble: string | null;
}

export interface QueueLook {
  readonly name: string;
  /** Null if there is `trouble`. */
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

/** Asks a broker, passively and without consuming, for a queue and for exchanges. Never throws. */
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
    // Everything has been asked, so that an error does not matter.
    await connection.close().catch(() => undefined);
  }
}

/** Asks on a channel of its own, because a refusal closes the channel. */
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
  404: "it is not there (404): no worker has declared it yet, or it was deleted",
  403: "access is refused (403): it is another user's",
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
