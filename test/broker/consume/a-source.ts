import { randomUUID } from "node:crypto";
import { type ChannelModel, type ConfirmChannel, connect } from "amqplib";
import { type AmqpSourceOptions, openAmqpSource } from "../../../src/broker/consume/amqp-source.ts";
import type { MessageSource } from "../../../src/broker/message-source.ts";
import { VolatileLedger } from "../../../src/broker/queue/volatile-ledger.ts";
import { parseRegistry, type Registry } from "../../../src/config/registry.ts";
import type { Delivery, Settlement } from "../../../src/domain/delivery.ts";
import { createCounters } from "../../../src/metrics/counters.ts";
import { until } from "../../until.ts";

/** A line that a source has logged, and when. */
export type Told = Readonly<Record<string, unknown>> & { readonly event: string; readonly toldAtMs: number };

/** A delivery that has arrived. The test settles it, unless `settles` is true. */
export interface Held {
  readonly delivery: Delivery;
  settle(settlement: Settlement): void;
}

/** Returns a registry of these exchanges, each with the routing keys `story.<key>`. */
export function aRegistry(exchanges: readonly string[], keys: readonly string[] = ["#"]): Registry {
  const entries = exchanges.map((exchange) => ({ exchange, destinations: ["story"], projects: keys }));
  return parseRegistry("exchanges.yml", JSON.stringify({ exchanges: entries }));
}

/** A source on a real broker, with its log and its deliveries, and a second connection to the same broker. */
export class SourceStory {
  readonly exchange = `exchange/guest/${randomUUID()}/jobs`;
  readonly name = `source-${randomUUID()}`;
  readonly queue = `queue/guest/${this.name}`;
  readonly ledger = new VolatileLedger();
  readonly counters = createCounters();
  readonly told: Told[] = [];
  readonly held: Held[] = [];
  /** True: deliveries are acknowledged immediately. False: they stay unsettled until the test settles them. */
  settles = true;
  registry: Registry;
  readonly channel: ConfirmChannel;
  readonly #url: string;
  readonly #connection: ChannelModel;
  readonly #sources: MessageSource[] = [];

  private constructor(url: string, connection: ChannelModel, channel: ConfirmChannel) {
    this.#url = url;
    this.#connection = connection;
    this.channel = channel;
    this.registry = aRegistry([this.exchange]);
    // A story may stop the broker, which breaks this connection as well.
    connection.on("error", () => undefined);
    channel.on("error", () => undefined);
  }

  static async on(url: string): Promise<SourceStory> {
    const connection = await connect(url);
    const story = new SourceStory(url, connection, await connection.createConfirmChannel());
    await story.channel.assertExchange(story.exchange, "topic", { durable: true });
    return story;
  }

  /** Opens a source, which connects by itself. */
  open(options: Partial<AmqpSourceOptions> = {}): MessageSource {
    const tell = (event: string, fields = {}): void =>
      void this.told.push({ event, toldAtMs: performance.now(), ...fields });
    const source = openAmqpSource(
      {
        url: async () => this.#url,
        registry: () => this.registry,
        ledger: this.ledger,
        queue: { name: this.name, type: "classic", local: false },
        pruneForce: false,
        prefetch: 100,
        prefetchBytes: 100 * 10_000,
        maxBodyBytes: 10_000,
        counters: this.counters,
        log: { error: tell, warn: tell, info: tell, debug: tell },
        ...options,
      },
      (delivery) =>
        new Promise((resolve) => {
          this.held.push({ delivery, settle: resolve });
          if (this.settles) resolve("ack");
        }),
    );
    this.#sources.push(source);
    return source;
  }

  /** Waits for a line of this event after the first `from` lines, and returns it. */
  async untilTold(event: string, from = 0): Promise<Told> {
    const find = () => this.told.slice(from).find((line) => line.event === event);
    await until(() => find() !== undefined, `${event} in ${JSON.stringify(this.told)}`);
    return find() as Told;
  }

  /** Publishes one message per text, with the text as its body. */
  async publish(texts: readonly string[], exchange = this.exchange, key = "story.try"): Promise<void> {
    for (const text of texts) this.channel.publish(exchange, key, Buffer.from(text), { deliveryMode: 2 });
    await this.channel.waitForConfirms();
  }

  /** Returns the texts that have arrived, in order. */
  texts(): string[] {
    return this.held.map(({ delivery }) => delivery.body.toString());
  }

  async untilCame(count: number): Promise<void> {
    await until(() => this.held.length >= count, `${count} deliveries, of which came ${this.held.length}`);
  }

  async end(): Promise<void> {
    for (const source of this.#sources) {
      await source.stopConsuming();
      await source.close();
    }
    const connection = await connect(this.#url);
    const channel = await connection.createChannel();
    await channel.deleteQueue(this.queue);
    await channel.deleteExchange(this.exchange);
    await connection.close();
    await this.#connection.close().catch(() => undefined);
  }
}
