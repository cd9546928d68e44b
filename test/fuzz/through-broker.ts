import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { type ChannelModel, type ConfirmChannel, connect } from "amqplib";
import { openAmqpSource } from "../../src/broker/consume/amqp-source.ts";
import { VolatileLedger } from "../../src/broker/queue/volatile-ledger.ts";
import { parseRegistry } from "../../src/config/registry.ts";
import type { Delivery } from "../../src/domain/delivery.ts";
import { createCounters } from "../../src/metrics/counters.ts";
import { publishRawOn, type RawMessage } from "../doubles/raw-message.ts";
import { mutant } from "./mutate.ts";
import { mutantProperties } from "./mutate-properties.ts";
import { randomOf } from "./random.ts";

export interface BrokerFuzzReport {
  readonly seed: number;
  readonly messages: number;
  /** Messages that the broker itself could not read, and so never delivered. */
  readonly refused: number;
  readonly failures: readonly string[];
}

const MAX_FAILURES = 20;
const LAST_WITHIN_MS = 60_000;

/**
 * Publishes mutants with changed property lists, and consumes them like a worker. Each one that the broker accepts
 * must arrive once, in order, with unchanged bytes, on the first connection.
 */
export async function fuzzThroughBroker(url: string, seed: number, count: number): Promise<BrokerFuzzReport> {
  const name = `fuzz-${randomUUID()}`;
  const exchange = `exchange/guest/${name}`;
  const failures: string[] = [];
  const expected: { index: number; body: Buffer }[] = [];
  let came = 0;
  let isConsuming = false;
  const publisher = new OneByOne(url);
  await publisher.declare(exchange);

  function onDelivery({ body }: Delivery): void {
    // A message may arrive before the publisher knows that the broker accepted it, so each is announced first.
    const next = expected[came++];
    if (next === undefined || !body.equals(next.body))
      failures.push(`message ${next?.index}: another one came`);
  }
  function tell(event: string, fields: object = {}): void {
    if (event === "consuming") isConsuming = true;
    if (["broker_lost", "delivery_unreadable", "bug"].includes(event)) {
      failures.push(`message ${expected[came]?.index}: ${event} ${JSON.stringify(fields)}`);
    }
  }
  const entry = { exchange, destinations: ["fuzz"], projects: ["#"] };
  const registry = parseRegistry("exchanges.yml", JSON.stringify({ exchanges: [entry] }));
  const source = openAmqpSource(
    {
      url: async () => url,
      registry: () => registry,
      ledger: new VolatileLedger(),
      queue: { name, type: "classic", local: true },
      pruneForce: false,
      prefetch: 100,
      prefetchBytes: 32 * 1024 * 1024,
      maxBodyBytes: 2 ** 24,
      counters: createCounters(),
      log: { error: tell, warn: tell, info: () => undefined, debug: () => undefined },
    },
    async (delivery) => {
      onDelivery(delivery);
      return "ack";
    },
  );
  let refused = 0;
  let index = 0;
  try {
    await untilOrFailed(() => source.state().consuming || isConsuming, failures);
    for (; index < count && failures.length < MAX_FAILURES; index++) {
      const random = randomOf(seed, index);
      const message = {
        exchange,
        routingKey: "fuzz.x",
        body: mutant(random),
        properties: mutantProperties(random),
      };
      expected.push({ index, body: message.body });
      if (await publisher.publish(message)) continue;
      expected.pop();
      refused++;
    }
    await untilOrFailed(() => came >= expected.length, failures);
    if (came !== expected.length) failures.push(`${expected.length} were taken, ${came} came`);
  } finally {
    await source.stopConsuming();
    await source.close();
    await publisher.end(exchange);
  }
  return { seed, messages: index, refused, failures };
}

/** Does not throw: the caller reports what is missing. */
async function untilOrFailed(isSo: () => boolean, failures: readonly string[]): Promise<void> {
  const deadline = performance.now() + LAST_WITHIN_MS;
  while (!isSo() && failures.length === 0 && performance.now() < deadline) await wait(10);
}

/** A publisher that reconnects after each message that the broker cannot read. */
class OneByOne {
  readonly #url: string;
  #line: Promise<{ connection: ChannelModel; channel: ConfirmChannel }>;

  constructor(url: string) {
    this.#url = url;
    this.#line = this.#connect();
  }

  async #connect(): Promise<{ connection: ChannelModel; channel: ConfirmChannel }> {
    const connection = await connect(this.#url);
    const channel = await connection.createConfirmChannel();
    // The missing confirmation shows that the broker refused the message.
    for (const emitter of [connection, channel]) emitter.on("error", () => undefined);
    return { connection, channel };
  }

  async declare(exchange: string): Promise<void> {
    await (await this.#line).channel.assertExchange(exchange, "topic", { durable: true });
  }

  /** @returns whether the broker accepted it. */
  async publish(message: RawMessage): Promise<boolean> {
    const { connection, channel } = await this.#line;
    const isTaken = await new Promise<boolean>((resolve) => {
      publishRawOn(channel, message, (error) => resolve(error === null));
    });
    if (isTaken) return true;
    // The broker has already closed the connection, or its channel.
    await connection.close().catch(() => undefined);
    this.#line = this.#connect();
    return false;
  }

  async end(exchange: string): Promise<void> {
    const { connection, channel } = await this.#line;
    await channel.deleteExchange(exchange);
    await connection.close();
  }
}
