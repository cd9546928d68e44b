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
  /** Aborted to ask for the end. */
  readonly stop: AbortSignal;
  /** Told of each exchange that cannot be read, while others can. */
  readonly onRefused: (exchange: string, reason: string) => void;
  /** Told once messages come. */
  readonly onOpen: () => void;
  /** One at a time, in order: the next is given when it resolves. */
  readonly onDelivery: (delivery: Delivery) => Promise<void>;
}

/** How long a broker may take to answer our goodbye: whoever asked for the end waits. */
const CLOSE_MS = 500;
const PREFETCH = 100;
/** Of what waits for a reader that is slower than the exchange; the oldest go first. Publishers feel nothing of it. */
const waitingLimits = { "x-max-length": 1000, "x-max-length-bytes": 32 * 1024 * 1024 };

/**
 * Reads exchanges live, through a queue of our own under `queue/<user>/`, which goes away with the connection, until
 * it is asked to stop. Nobody else's messages become fewer. Needs a Pulse user's rights, and no more.
 *
 * @throws Misuse where the broker or none of the exchanges can be read; Unavailable where the connection is lost.
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
    // Lost already, or of no more use.
    const closed = connection?.close().catch(() => undefined) ?? Promise.resolve();
    await withDeadline(closed, CLOSE_MS, () => undefined);
    hangUp.abort();
  }
}

/** Rejects when the connection is lost, which for a broker that has fallen silent is noticed by its heartbeat. */
function lossOf(connection: ChannelModel): Promise<never> {
  return new Promise((_resolve, reject) => {
    const lost = (error?: Error): void => {
      reject(
        new Unavailable("broker", `the connection was lost (${error?.message ?? "closed"}); start again`),
      );
    };
    connection.on("error", lost);
    connection.on("close", lost);
  });
}

/** Never resolves: it goes on until the connection ends. */
async function readFrom(connection: ChannelModel, options: TailOptions): Promise<never> {
  const user = brokerUser(options.url);
  const channel = await connection.createChannel();
  surviveRefusals(channel);
  const queue = `queue/${user}/inspect-${randomUUID()}`;
  const ours = { durable: false, exclusive: true, autoDelete: true, arguments: waitingLimits };
  await channel.assertQueue(queue, ours).catch((error: unknown) => {
    if (errorCode(error) !== "403") throw error;
    throw new Misuse([`user ${user} may not have a queue: it needs the rights to queue/${user}/.*`]);
  });
  await bindAll(connection, queue, options);
  await channel.prefetch(PREFETCH);
  let turn = Promise.resolve();
  return new Promise<never>((_resolve, reject) => {
    channel.on("error", reject);
    const onMessage = (message: ConsumeMessage | null): void => {
      if (message === null) {
        reject(new Unavailable("broker", "it ended our queue; start again"));
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

/** Each exchange on a channel of its own, which a "no" closes. */
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
