import { setTimeout as wait } from "node:timers/promises";
import { type ChannelModel, type ConfirmChannel, connect } from "amqplib";
import { knownHeaders, longHeaders } from "../doubles/poison-headers.ts";
import { nestedHeader, propertyList, publishRawOn } from "../doubles/raw-message.ts";
import type { Message } from "./expected.ts";
import type { Published } from "./law.ts";

export interface PublisherOptions {
  /** The broker's address without a proxy, so that only the broker's own faults affect the publisher. */
  readonly url: string;
  readonly exchange: string;
  readonly routingKey: string;
  /** Messages per second. */
  readonly rate: number;
  readonly messages: Iterable<Message>;
}

/** The maximum number of messages that wait for their confirmation. */
const WINDOW = 1000;
const RETRY_MS = 100;
/** Headers that break clients. They are used in turn, one with every this many messages. */
const poison = [
  ...[...knownHeaders, ...longHeaders].map(({ header }) => header),
  // Deeper headers would keep RabbitMQ 4 itself busy for seconds.
  nestedHeader("deep", 2000),
];
const POISON_EVERY = 20;

interface OnTheWay {
  readonly message: Message;
  sentAtMs: number;
  isReturned: boolean;
}

/**
 * Publishes until every message is confirmed and was routed. A message that is returned, or whose confirmation is lost with a
 * connection, is published again. It may therefore arrive twice, which must do no harm.
 */
export class Publisher {
  /** The messages in the order of their confirmation. */
  readonly confirmed: Published[] = [];
  returned = 0;
  /** Messages that were sent with headers that break clients. */
  poisoned = 0;
  readonly #options: PublisherOptions;
  readonly #source: Iterator<Message>;
  readonly #again: Message[] = [];
  readonly #onTheWay = new Map<string, OnTheWay>();
  #sent = 0;
  #isDry = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#source = options.messages[Symbol.iterator]();
  }

  /** Resolves when all are confirmed; after a stop, some may not be. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted && !this.#isDone()) {
      try {
        const connection = await connect(this.#options.url, { timeout: 5000 });
        await this.#publishOn(connection, stop);
      } catch {
        // The broker is away, which is expected in these runs.
        await wait(RETRY_MS);
      }
      for (const { message } of this.#onTheWay.values()) this.#again.push(message);
      this.#onTheWay.clear();
    }
  }

  #isDone(): boolean {
    return this.#isDry && this.#again.length === 0 && this.#onTheWay.size === 0;
  }

  async #publishOn(connection: ChannelModel, stop: AbortSignal): Promise<void> {
    let isLost = false;
    const lost = (): void => {
      isLost = true;
    };
    connection.on("error", lost);
    connection.on("close", lost);
    const channel = await connection.createConfirmChannel();
    channel.on("error", lost);
    channel.on("close", lost);
    channel.on("return", ({ properties }) => {
      const returned = this.#onTheWay.get(String(properties.messageId));
      if (returned !== undefined) returned.isReturned = true;
    });
    let allowance = 0;
    let lastMs = performance.now();
    while (!isLost && !stop.aborted && !this.#isDone()) {
      const nowMs = performance.now();
      // Messages that could not be sent during an outage are not sent faster later. The rate stays the same.
      allowance = Math.min(allowance + ((nowMs - lastMs) * this.#options.rate) / 1000, this.#options.rate);
      lastMs = nowMs;
      while (allowance >= 1 && this.#onTheWay.size < WINDOW && !isLost) {
        const message = this.#next();
        if (message === null) break;
        this.#send(channel, message);
        allowance--;
      }
      await wait(10);
    }
    await connection.close().catch(() => undefined);
  }

  #next(): Message | null {
    const again = this.#again.shift();
    if (again !== undefined) return again;
    const next = this.#isDry ? null : this.#source.next();
    if (next === null || next.done === true) {
      this.#isDry = true;
      return null;
    }
    return next.value;
  }

  #send(channel: ConfirmChannel, message: Message): void {
    const { exchange, routingKey } = this.#options;
    const messageId = String(this.#sent++);
    const onTheWay: OnTheWay = { message, sentAtMs: Date.now(), isReturned: false };
    this.#onTheWay.set(messageId, onTheWay);
    const onConfirmed = (error: unknown): void => {
      // If the connection was lost, the message is already being published again.
      if (!this.#onTheWay.delete(messageId)) return;
      if (error === null || error === undefined) this.#answered(onTheWay);
      else this.#again.push(message);
    };
    if (this.#sent % POISON_EVERY === 0) {
      const header = poison[(this.#sent / POISON_EVERY) % poison.length];
      this.poisoned++;
      const properties = propertyList(header === undefined ? [] : [header], { messageId });
      const raw = { exchange, routingKey, properties, body: message.body, mandatory: true };
      publishRawOn(channel, raw, onConfirmed);
      return;
    }
    const options = { deliveryMode: 2, mandatory: true, messageId, contentType: "application/json" };
    channel.publish(exchange, routingKey, message.body, options, onConfirmed);
  }

  #answered({ message, sentAtMs, isReturned }: OnTheWay): void {
    if (isReturned) {
      this.returned++;
      this.#again.push(message);
    } else this.confirmed.push({ message, way: "pulse", sentAtMs, confirmedAtMs: Date.now() });
  }
}
