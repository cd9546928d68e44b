import { setTimeout as wait } from "node:timers/promises";
import type { ChannelModel } from "amqplib";
import { fullJitterMs } from "../domain/backoff.ts";
import { Unavailable } from "../domain/faults.ts";
import type { Log } from "../log.ts";
import type { BindingLedger } from "../store/store.ts";
import { brokerTrouble } from "./broker-trouble.ts";
import { connectBroker, endOf } from "./connect-broker.ts";
import { type Consumer, consume } from "./consume.ts";
import { type DeclaredQueue, declareQueue, type QueueOptions } from "./declare-queue.ts";
import type { DeliveryHandler, MessageSource } from "./message-source.ts";
import { QueueBindings } from "./queue-bindings.ts";
import { readQueueDepth } from "./queue-depth.ts";
import type { Registry } from "./registry.ts";
import { sourceTrouble } from "./source-trouble.ts";
import { VolatileLedger } from "./volatile-ledger.ts";

export interface AmqpSourceOptions {
  /** Asked at each connect, so that a mounted secret may change. */
  readonly url: () => Promise<string>;
  /** The one in force; `registryChanged` tells that it is another one now. */
  readonly registry: () => Registry;
  readonly ledger: BindingLedger;
  readonly queue: QueueOptions;
  readonly pruneForce: boolean;
  /** How often all is bound anew, in milliseconds; a minute unless given. */
  readonly recheckMs?: number;
  readonly prefetch: number;
  readonly maxBodyBytes: number;
  readonly log: Log;
}

/** Capped low: with the wait before the try that succeeds, consuming begins within 5 s of the broker's return. */
const reconnectBackoff = { baseMs: 200, capMs: 2000 };
const RECHECK_MS = 60_000;
const WORK_LOOK_MS = 50;
/** Kinds of trouble in one outage that are told at once; one that names something random would have no end. */
const MOST_KINDS = 10;

/**
 * One queue on a broker: consumed, settled, and connected again for as long as it takes. Gives the source at once;
 * it connects in the background, and says in the log how it fares.
 *
 * Own loop, not amqplib's recovery: that one brings back a connection, while after each loss the queue, the bindings
 * and the consumer must be made again in their order, and the address read anew.
 */
export function openAmqpSource(options: AmqpSourceOptions, handler: DeliveryHandler): MessageSource {
  const { log } = options;
  const { local } = options.queue;
  const stop = new AbortController();
  const openedAtMs = performance.now();
  const bindings = new QueueBindings({
    registry: options.registry,
    ledger: local ? new VolatileLedger() : options.ledger,
    // Of a private queue nobody else misses anything.
    pruneForce: options.pruneForce || local,
    recheckMs: options.recheckMs ?? RECHECK_MS,
    log,
  });
  let current: { connection: ChannelModel; consumer: Consumer; hangUp: AbortController } | null = null;
  /** Those of lost channels that have work yet; what they hold, the broker delivers again. */
  let former: readonly Consumer[] = [];
  /** When consuming ended, on both clocks. */
  let lost: { atMs: number; date: Date } | null = null;
  let lastDelivery: Date | null = null;
  /** When the queue last held nothing, by what the broker said: what it loses was published since. */
  let lastEmpty: Date | null = null;
  let consumedTimes = 0;
  /** The queue that was consumed from last; another user has another one. */
  let consumedQueue: string | null = null;
  /** The queue that was made anew, and when; null: none since consuming began, or that has been told. */
  let made: { readonly queue: string; readonly at: Date } | null = null;
  let queuesLost = 0;
  let connected = false;
  let queueName: string | null = null;

  async function keepConsuming(): Promise<void> {
    let failures = 0;
    const told = new Set<string>();
    while (!stop.signal.aborted) {
      try {
        const ended = await consumeOnce();
        failures = 0;
        told.clear();
        if (!stop.signal.aborted) log.warn("broker_lost", { reason: ended });
      } catch (error) {
        failures++;
        const trouble = sourceTrouble(error);
        // Each kind once, and then ever more rarely: an outage is one event, not a flood.
        const isNews = !told.has(trouble.error) && told.size < MOST_KINDS;
        if (isNews || Number.isInteger(Math.log2(failures))) {
          log.warn("broker_away", { attempt: failures, ...trouble });
        }
        if (isNews) told.add(trouble.error);
      }
      await pause(fullJitterMs(failures, reconnectBackoff));
    }
  }

  /** Resolves with the reason once consuming has ended. */
  async function consumeOnce(): Promise<string> {
    const url = await options.url();
    const hangUp = new AbortController();
    const connection = await connectBroker({ url, name: "pulse-ingest", hangUp: hangUp.signal }).catch(
      (error: unknown) => {
        throw new Unavailable("broker", brokerTrouble(error, url), error);
      },
    );
    const ended = endOf(connection);
    connected = true;
    try {
      const channel = await connection.createChannel();
      const channelEnded = endOf(channel);
      const declaredAt = new Date();
      const declared = await declareQueue(connection, channel, url, options.queue);
      queueName = declared.queue;
      // One that was made by a try that got no further is new still.
      if (declared.isNew) made = { queue: declared.queue, at: declaredAt };
      else if (made?.queue !== declared.queue) made = null;
      if (declared.isNew && declared.queue === consumedQueue)
        for (const consumer of former) consumer.queueGone();
      await channel.prefetch(options.prefetch);
      const wasKnown = await bindings.attach(connection, declared.queue, made?.at ?? declaredAt);
      await workFits(ended);
      if (stop.signal.aborted) return "stopped while connecting";
      const consumer = await consume(channel, declared.queue, {
        maxBodyBytes: options.maxBodyBytes,
        handler: noted,
        isEnding: () => stop.signal.aborted,
        log,
      });
      if (stop.signal.aborted) {
        await consumer.close();
        return "stopped while connecting";
      }
      current = { connection, consumer, hangUp };
      announce({ ...declared, isNew: made !== null }, declaredAt, wasKnown);
      made = null;
      return await Promise.race([ended, channelEnded, consumer.cancelled]);
    } finally {
      connected = false;
      if (current !== null) {
        lost = { atMs: performance.now(), date: new Date() };
        former = [...former, current.consumer];
      }
      // At a shutdown what is open is closed by `close`, once its settlements have left.
      if (!stop.signal.aborted || current === null) {
        current = null;
        // Lost already, or about to be made anew: what it still says is of no use.
        await connection.close().catch(() => undefined);
        // A broker that has fallen silent never closes its side: the socket would keep the process from ending.
        hangUp.abort();
      }
    }
  }

  /**
   * Waits for what earlier channels delivered to come down to one prefetch. With a store that is away and a connection
   * that breaks again and again, each channel would else add another one to what is held in memory.
   */
  async function workFits(ended: Promise<string>): Promise<void> {
    let isEnded = false;
    void ended.then(() => {
      isEnded = true;
    });
    if (stranded() > options.prefetch) log.warn("earlier_deliveries_in_work", { deliveries: stranded() });
    while (stranded() > options.prefetch && !isEnded && !stop.signal.aborted) await pause(WORK_LOOK_MS);
    former = former.filter((consumer) => consumer.inWork() > 0);
  }

  const stranded = (): number => former.reduce((sum, consumer) => sum + consumer.inWork(), 0);

  const noted: DeliveryHandler = (delivery) => {
    lastDelivery = new Date(delivery.receivedAtMs);
    return handler(delivery);
  };

  function announce({ queue, messages, isNew }: DeclaredQueue, declaredAt: Date, wasKnown: boolean): void {
    const gap = lost === null ? {} : { gap_ms: Math.round(performance.now() - lost.atMs) };
    if (isNew && !local && (queue === consumedQueue || wasKnown)) {
      queuesLost++;
      log.error("queue_lost", {
        queue,
        ...gap,
        in_hand: stranded(),
        consumed_until: lost?.date.toISOString() ?? null,
        last_delivery_at: lastDelivery?.toISOString() ?? null,
        last_empty_at: lastEmpty?.toISOString() ?? null,
        hint: "it was deleted, and is made anew, empty: what waited in it and what was published meanwhile is gone. Publishers may publish again what they have sent since last_empty_at, when nothing waited in it",
      });
    }
    consumedTimes++;
    consumedQueue = queue;
    if (messages === 0) lastEmpty = declaredAt;
    const { bindings: bound } = bindings.state();
    log.info("consuming", { queue, queue_messages: messages, queue_is_new: isNew, bindings: bound, ...gap });
  }

  /** At the end: what a queue that is gone had delivered, and neither store nor spool has taken. */
  function tellLost(): void {
    const deliveries = former.reduce((sum, consumer) => sum + consumer.lost(), 0);
    if (deliveries === 0) return;
    log.error("deliveries_lost", {
      deliveries,
      last_empty_at: lastEmpty?.toISOString() ?? null,
      hint: "their queue was deleted while they were in hand, and until the end neither store nor spool has taken them: nobody else has them. Publishers may publish again what they have sent since last_empty_at, when nothing waited in it",
    });
  }

  async function pause(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: stop.signal }).catch(() => {
      // Woken by the end: the loop sees it.
    });
  }

  const loop = keepConsuming();

  return {
    state: () => ({
      connected,
      consuming: current !== null && !stop.signal.aborted,
      queue: queueName,
      ...bindings.state(),
      reconnects: Math.max(0, consumedTimes - 1),
      queuesLost,
      lostSinceMs: current === null ? performance.now() - (lost?.atMs ?? openedAtMs) : null,
      unsettled: current?.consumer.unsettled() ?? 0,
      oldestMs: current?.consumer.oldestMs() ?? 0,
      stranded: stranded(),
    }),
    async queueDepth() {
      if (current === null || queueName === null) return null;
      const askedAt = new Date();
      const depth = await readQueueDepth(current.connection, queueName);
      if (depth?.messages === 0) lastEmpty = askedAt;
      return depth;
    },
    registryChanged: () => bindings.registryChanged(),
    async stopConsuming() {
      stop.abort();
      await current?.consumer.cancel();
    },
    async close() {
      stop.abort();
      await current?.consumer.close();
      await current?.connection
        .close()
        .catch((error: unknown) => log.warn("broker_close", { ...sourceTrouble(error) }));
      current?.hangUp.abort();
      await loop;
      tellLost();
      await bindings.release();
    },
  };
}
