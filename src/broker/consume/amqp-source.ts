import type { ChannelModel } from "amqplib";
import type { Registry } from "../../config/registry.ts";
import { Unavailable } from "../../domain/faults.ts";
import type { Log } from "../../log.ts";
import type { Counters } from "../../metrics/counters.ts";
import type { BindingLedger } from "../../store/ports/binding-ledger.ts";
import { fullJitterMs } from "../../timing/backoff.ts";
import { pause } from "../../timing/pause.ts";
import { isWrittenAgain } from "../../timing/throttle.ts";
import { brokerTrouble } from "../connection/broker-trouble.ts";
import { connectBroker, endOf } from "../connection/connect-broker.ts";
import { sourceTrouble } from "../connection/source-trouble.ts";
import type { DeliveryHandler, MessageSource } from "../message-source.ts";
import { declareQueue, type QueueOptions } from "../queue/declare-queue.ts";
import { QueueBindings } from "../queue/queue-bindings.ts";
import { readQueueDepth } from "../queue/queue-depth.ts";
import { QueueHistory } from "../queue/queue-history.ts";
import { VolatileLedger } from "../queue/volatile-ledger.ts";
import { type Consumer, consume } from "./consume.ts";
import { PrefetchWindow } from "./prefetch-window.ts";
import { StrandedDeliveries } from "./stranded-deliveries.ts";
import { takeCarefully } from "./take-carefully.ts";
import { UnreadableStreak } from "./unreadable-streak.ts";
import { type Failure, watchDeliveries } from "./watch-deliveries.ts";

export interface AmqpSourceOptions {
  /** Returns the broker's address. Called for each connection, because a mounted secret may change. */
  readonly url: () => Promise<string>;
  /** Returns the registry in force. Call `registryChanged` whenever it is replaced. */
  readonly registry: () => Registry;
  readonly ledger: BindingLedger;
  readonly queue: QueueOptions;
  readonly pruneForce: boolean;
  /** The interval at which bindings are checked, in milliseconds; the default is a minute. */
  readonly recheckMs?: number;
  /** The maximum number of deliveries to hold. */
  readonly prefetch: number;
  /** The approximate limit for the bodies held, in bytes. If bodies are large, fewer deliveries than `prefetch` are held. */
  readonly prefetchBytes: number;
  readonly maxBodyBytes: number;
  readonly counters: Pick<Counters, "deliveriesSetAside">;
  readonly log: Log;
}

/** The cap is low so that consuming starts within 5 s after the broker is back. */
const reconnectBackoff = { baseMs: 200, capMs: 2000 };
/** A connection that consumed for a shorter time counts as a failure, so that the pauses keep growing. */
const STEADY_MS = 10_000;
const RECHECK_MS = 60_000;
/** How many different errors of one outage are logged immediately. Errors with random parts would all count as different. */
const MOST_KINDS = 10;

interface Ended {
  /** Why consuming ended; null if it was ended on purpose, to reconnect without careful mode. */
  readonly reason: string | null;
  /** The delivery that ended it; null if no delivery did. */
  readonly failure: Failure | null;
  readonly consumedMs: number;
}

/**
 * Consumes one queue, settles its deliveries, and reconnects after each loss. Returns the source immediately. The source
 * connects in the background, and logs what happens.
 *
 * It does not use amqplib's own recovery, which restores only the connection. After each loss the address has to be read
 * again, and the queue, the bindings and the consumer have to be created again in this order.
 */
export function openAmqpSource(options: AmqpSourceOptions, handler: DeliveryHandler): MessageSource {
  const { counters, log } = options;
  const { local } = options.queue;
  const stop = new AbortController();
  const history = new QueueHistory(log);
  const bindings = new QueueBindings({
    registry: options.registry,
    ledger: local ? new VolatileLedger() : options.ledger,
    // Nobody else reads a private queue, so its bindings can always be removed.
    pruneForce: options.pruneForce || local,
    recheckMs: options.recheckMs ?? RECHECK_MS,
    log,
  });
  let current: { connection: ChannelModel; consumer: Consumer; hangUp: AbortController } | null = null;
  const stranded = new StrandedDeliveries(log);
  let connected = false;
  let queueName: string | null = null;
  const streak = new UnreadableStreak();
  const limits = {
    maxMessages: options.prefetch,
    maxBytes: options.prefetchBytes,
    longestBytes: options.maxBodyBytes,
  };
  const window = new PrefetchWindow(limits);

  async function keepConsuming(): Promise<void> {
    let failures = 0;
    const logged = new Set<string>();
    while (!stop.signal.aborted) {
      try {
        const { reason, failure, consumedMs } = await consumeOnce();
        failures = consumedMs < STEADY_MS ? failures + 1 : 0;
        logged.clear();
        if (stop.signal.aborted) break;
        if (failure !== null) {
          streak.failed(failure.culprit);
          streak.logFailure(log, reason);
          await pause(streak.pauseMs, stop.signal);
          continue;
        }
        if (reason !== null) log.warn("broker_lost", { reason });
      } catch (error) {
        failures++;
        const trouble = sourceTrouble(error);
        // Each different error is logged once, and repeated errors more and more rarely: an outage must not flood the log.
        const isNews = !logged.has(trouble.error) && logged.size < MOST_KINDS;
        if (isNews || isWrittenAgain(failures)) {
          log.warn("broker_away", { attempt: failures, ...trouble });
        }
        if (isNews) logged.add(trouble.error);
      }
      await pause(fullJitterMs(failures, reconnectBackoff), stop.signal);
    }
  }

  /** Resolves once consuming has ended. */
  async function consumeOnce(): Promise<Ended> {
    const url = await options.url();
    const hangUp = new AbortController();
    const connection = await connectBroker({ url, name: "pulse-ingest", hangUp: hangUp.signal }).catch(
      (error: unknown) => {
        throw new Unavailable("broker", brokerTrouble(error, url), error);
      },
    );
    const ended = endOf(connection);
    connected = true;
    const watch = watchDeliveries(connection, streak);
    let consumingAt = performance.now();
    const endedBy = (reason: string | null): Ended => ({
      reason,
      failure: watch.failure(),
      consumedMs: performance.now() - consumingAt,
    });
    try {
      const channel = await connection.createChannel();
      const channelEnded = endOf(channel);
      const declaredAt = new Date();
      const declared = await declareQueue(connection, channel, url, options.queue);
      queueName = declared.queue;
      const { madeAt, isGone } = history.declared(declared, declaredAt);
      if (isGone) stranded.queueGone();
      const wasKnown = await bindings.attach(connection, declared.queue, madeAt ?? declaredAt);
      await stranded.fitInto(options.prefetch, ended, stop.signal);
      if (stop.signal.aborted) return endedBy("stopped while connecting");
      const { name } = options.queue;
      const shared = { maxBodyBytes: options.maxBodyBytes, handler: recordingHandler, log };
      const careful = { ...shared, connection, channel, watch, streak, url, name, counters };
      const consumer = await consume(channel, declared.queue, {
        ...shared,
        window: streak.failures === 0 ? window : new PrefetchWindow({ ...limits, maxMessages: 1 }),
        unreadable: watch.unreadable,
        ...(streak.isCareful ? { source: (take) => takeCarefully(careful, take) } : {}),
        isEnding: () => stop.signal.aborted,
      });
      if (stop.signal.aborted) {
        await consumer.close();
        return endedBy("stopped while connecting");
      }
      current = { connection, consumer, hangUp };
      history.consuming(declared, declaredAt, {
        wasKnown,
        isPrivate: local,
        inHand: stranded.count,
        bindings: bindings.state().bindings,
      });
      consumingAt = performance.now();
      watch.begun();
      return endedBy(await Promise.race([ended, channelEnded, consumer.cancelled, watch.ended]));
    } finally {
      watch.close();
      connected = false;
      if (current !== null) {
        history.consumingEnded();
        stranded.add(current.consumer);
      }
      // At a shutdown, `close` closes the connection after it has sent the settlements.
      if (!stop.signal.aborted || current === null) {
        current = null;
        // The connection is already lost, or a new one replaces it, so an error does not matter.
        await connection.close().catch(() => undefined);
        // A broker that no longer responds never closes its side, and the socket would keep the process alive.
        hangUp.abort();
      }
    }
  }

  const recordingHandler: DeliveryHandler = (delivery) => {
    history.delivered(new Date(delivery.receivedAtMs));
    return handler(delivery);
  };

  const loop = keepConsuming();

  return {
    state: () => ({
      connected,
      consuming: current !== null && !stop.signal.aborted,
      queue: queueName,
      ...bindings.state(),
      reconnects: history.reconnects,
      queuesLost: history.queuesLost,
      lostSinceMs: current === null ? history.endedMs : null,
      unsettled: current?.consumer.unsettled() ?? 0,
      oldestMs: current?.consumer.oldestMs() ?? 0,
      stranded: stranded.count,
    }),
    async queueDepth() {
      if (current === null || queueName === null) return null;
      const askedAt = new Date();
      const depth = await readQueueDepth(current.connection, queueName);
      if (depth?.messages === 0) history.foundEmpty(askedAt);
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
      history.deliveriesLost(stranded.lost());
      await bindings.release();
    },
  };
}
