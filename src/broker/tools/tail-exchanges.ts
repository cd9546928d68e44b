import { randomUUID } from "node:crypto";
import type { ChannelModel, ConsumeMessage } from "amqplib";
import type { Binding } from "../../domain/binding.ts";
import type { Delivery } from "../../domain/delivery.ts";
import { errorCode } from "../../domain/error-code.ts";
import { Misuse, Unavailable } from "../../domain/faults.ts";
import { withDeadline } from "../../timing/deadline.ts";
import { brokerUser } from "../connection/broker-address.ts";
import { brokerTrouble, exchangeRefusal } from "../connection/broker-trouble.ts";
import { connectBroker } from "../connection/connect-broker.ts";
import { surviveRefusals } from "../connection/survive-refusals.ts";
import { toDelivery } from "../consume/to-delivery.ts";

export interface TailOptions {
  readonly url: string;
  readonly bindings: readonly Binding[];
  readonly maxBodyBytes: number;
  /** Ends the reading when it is aborted. */
  readonly stop: AbortSignal;
  /** Called for each exchange that cannot be read, if at least one other can. */
  readonly onRefused: (exchange: string, reason: string) => void;
  /** Called when messages can arrive. */
  readonly onOpen: () => void;
  /** Called for one delivery at a time, in order. The next delivery waits until the promise resolves. */
  readonly onDelivery: (delivery: Delivery) => Promise<void>;
}

/** How long to wait for the connection to close. It is short, because a user who has pressed Ctrl-C is waiting. */
const CLOSE_MS = 500;
const PREFETCH = 100;
/** Limits of the queue if the reader is slower than the exchange. The oldest messages are dropped, so publishers are not slowed down. */
const waitingLimits = { "x-max-length": 1000, "x-max-length-bytes": 32 * 1024 * 1024 };

/**
 * Reads exchanges live until it is stopped. It uses a private queue under `queue/<user>/`, which ends with the connection, so
 * it takes no messages away from other consumers. The permissions of a Pulse user are sufficient.
 *
 * @throws Misuse if the broker cannot be used or none of the exchanges can be read; Unavailable if the connection is lost.
 */
export async function tailExchanges(options: TailOptions): Promise<void> {
  const { url, stop } = options;
  const hangUp = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener("abort", () => resolve(), { once: true });
  });
  let connection: ChannelModel | null = null;
  const connecting = connectBroker({ url, name: "pulse-ingest inspect", hangUp: hangUp.signal });
  try {
    connection = (await Promise.race([connecting, stopped])) ?? null;
    if (connection !== null) await Promise.race([readFrom(connection, options), lossOf(connection), stopped]);
  } catch (error) {
    if (connection !== null) throw error;
    throw new Misuse([`the broker cannot be used: ${brokerTrouble(error, url)}`]);
  } finally {
    // The connection is lost or no longer needed, so an error while closing does not matter.
    const closed = connection?.close().catch(() => undefined) ?? Promise.resolve();
    await withDeadline(closed, CLOSE_MS, () => undefined);
    hangUp.abort();
  }
}

/** Rejects when the connection is lost. The heartbeat detects a broker that no longer responds. */
function lossOf(connection: ChannelModel): Promise<never> {
  return new Promise((_resolve, reject) => {
    const lost = (error?: Error): void => {
      reject(
        new Unavailable(
          "broker",
          `the connection was lost (${error?.message ?? "closed"}); start the command again`,
        ),
      );
    };
    connection.on("error", lost);
    connection.on("close", lost);
  });
}

/** Reads until the connection ends. Never resolves. */
async function readFrom(connection: ChannelModel, options: TailOptions): Promise<never> {
  const user = brokerUser(options.url);
  const channel = await connection.createChannel();
  surviveRefusals(channel);
  const queue = `queue/${user}/inspect-${randomUUID()}`;
  const ours = { durable: false, exclusive: true, autoDelete: true, arguments: waitingLimits };
  await channel.assertQueue(queue, ours).catch((error: unknown) => {
    if (errorCode(error) !== "403") throw error;
    throw new Misuse([`user ${user} may not declare a queue: it needs full access to queue/${user}/.*`]);
  });
  await bindAll(connection, queue, options);
  await channel.prefetch(PREFETCH);
  let turn = Promise.resolve();
  return new Promise<never>((_resolve, reject) => {
    channel.on("error", reject);
    const onMessage = (message: ConsumeMessage | null): void => {
      if (message === null) {
        reject(
          new Unavailable(
            "broker",
            "the broker has cancelled the consumer, for example because its queue was deleted; start the command again",
          ),
        );
        return;
      }
      turn = turn
        .then(async () => {
          if (options.stop.aborted) return;
          await options.onDelivery(toDelivery(message, options.maxBodyBytes, Date.now()));
          channel.ack(message);
        })
        .catch(reject);
    };
    channel.consume(queue, onMessage).then(options.onOpen, reject);
  });
}

/** Binds each exchange on a separate channel, because a refusal closes the channel. */
async function bindAll(connection: ChannelModel, queue: string, options: TailOptions): Promise<void> {
  const exchanges = [...new Set(options.bindings.map(({ exchange }) => exchange))];
  const refused: (readonly [exchange: string, reason: string])[] = [];
  for (const exchange of exchanges) {
    const channel = await connection.createChannel();
    surviveRefusals(channel);
    try {
      for (const { routing_key } of options.bindings.filter((binding) => binding.exchange === exchange))
        await channel.bindQueue(queue, exchange, routing_key);
      await channel.close();
    } catch (error) {
      const reason = exchangeRefusal(error);
      if (reason === null) throw error;
      refused.push([exchange, reason]);
    }
  }
  if (refused.length === exchanges.length) {
    throw new Misuse(refused.map(([exchange, reason]) => `${exchange}: ${reason}`));
  }
  for (const [exchange, reason] of refused) options.onRefused(exchange, reason);
}
