import { setTimeout as wait } from "node:timers/promises";
import { type ChannelModel, connect } from "amqplib";
import { fullJitterMs } from "../domain/backoff.ts";
import { blankUrls } from "../domain/blank-url.ts";
import { Misuse } from "../domain/faults.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";
import { bindQueue } from "./bind-queue.ts";
import { type Consumer, consume } from "./consume.ts";
import { declareQueue, type QueueOptions } from "./declare-queue.ts";
import type { DegradedExchange, DeliveryHandler, ListedExchange, MessageSource } from "./message-source.ts";
import { readQueueDepth } from "./queue-depth.ts";
import type { Registry } from "./registry.ts";

export interface AmqpSourceOptions {
  /** Asked at each connect, so that a mounted secret may change. */
  readonly url: () => Promise<string>;
  readonly registry: Registry;
  readonly ledger: Pick<Store, "readBindings" | "writeBindings">;
  readonly queue: QueueOptions;
  readonly pruneForce: boolean;
  readonly prefetch: number;
  readonly maxBodyBytes: number;
  readonly log: Log;
}

const reconnectBackoff = { baseMs: 200, capMs: 5000 };
const CONNECT_TIMEOUT_MS = 10_000;
const HEARTBEAT_SECONDS = 10;
/** How soon an exchange that was missing is looked for again. */
const DEGRADED_RETRY_MS = 30_000;

/**
 * One queue on a broker: consumed, settled, and connected again for as long as it takes. Gives the source at once;
 * it connects in the background, and says in the log how it fares.
 *
 * Own loop, not amqplib's recovery: that one brings back a connection, while after each loss the queue, the bindings
 * and the consumer must be made again in their order, and the address read anew.
 */
export function openAmqpSource(options: AmqpSourceOptions, handler: DeliveryHandler): MessageSource {
  const { log } = options;
  const stop = new AbortController();
  const openedAtMs = performance.now();
  let current: { connection: ChannelModel; consumer: Consumer } | null = null;
  let lostAtMs: number | null = null;
  let generation = 0;
  let connected = false;
  let queueName: string | null = null;
  let degradedNow: readonly DegradedExchange[] = [];

  async function keepConsuming(): Promise<void> {
    for (let attempt = 0; !stop.signal.aborted; attempt++) {
      try {
        const ended = await consumeOnce();
        attempt = 0;
        if (!stop.signal.aborted) log.warn("broker_lost", { reason: ended });
      } catch (error) {
        log.warn("broker_away", { attempt: attempt + 1, ...told(error) });
      }
      await pause(fullJitterMs(attempt, reconnectBackoff));
    }
  }

  /** Resolves with the reason once consuming has ended. */
  async function consumeOnce(): Promise<string> {
    const url = await options.url();
    const connection = await connect(withHeartbeat(url), {
      timeout: CONNECT_TIMEOUT_MS,
      clientProperties: { connection_name: "pulse-ingest" },
    });
    const ended = endOf(connection);
    connected = true;
    try {
      const channel = await connection.createChannel();
      const channelEnded = endOf(channel);
      const { queue, messages } = await declareQueue(connection, channel, url, options.queue);
      queueName = queue;
      await channel.prefetch(options.prefetch);
      const bind = { ...options, queue, prune: generation === 0 && !options.queue.local };
      const degraded = await bindQueue(connection, channel, bind);
      degradedNow = degraded;
      if (stop.signal.aborted) return "stopped while connecting";
      const consumer = await consume(channel, queue, options.maxBodyBytes, handler, log);
      if (stop.signal.aborted) {
        await consumer.close();
        return "stopped while connecting";
      }
      current = { connection, consumer };
      generation++;
      announce(queue, messages, degraded);
      if (degraded.length > 0)
        bindLater(connection, () => bindQueue(connection, channel, { ...bind, prune: false }));
      return await Promise.race([ended, channelEnded, consumer.cancelled]);
    } finally {
      connected = false;
      if (current !== null) lostAtMs = performance.now();
      // At a shutdown what is open is closed by `close`, once its settlements have left.
      if (!stop.signal.aborted || current === null) {
        current = null;
        // Lost already, or about to be made anew: what it still says is of no use.
        await connection.close().catch(() => undefined);
      }
    }
  }

  function announce(queue: string, queueMessages: number, degraded: readonly DegradedExchange[]): void {
    const gap = lostAtMs === null ? {} : { gap_ms: Math.round(performance.now() - lostAtMs) };
    const bindings = options.registry.bindings.length;
    log.info("consuming", { queue, queue_messages: queueMessages, bindings, generation, ...gap });
    for (const { exchange, reason } of degraded) log.warn("exchange_degraded", { exchange, reason });
  }

  function bindLater(connection: ChannelModel, bind: () => Promise<readonly DegradedExchange[]>): void {
    const timer = setInterval(() => {
      bind()
        .then((degraded) => {
          degradedNow = degraded;
          if (degraded.length === 0) {
            clearInterval(timer);
            log.info("exchanges_bound");
          }
        })
        .catch((error: unknown) => log.warn("bind_failed", told(error)));
    }, DEGRADED_RETRY_MS);
    connection.once("close", () => clearInterval(timer));
  }

  async function pause(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: stop.signal }).catch(() => {
      // Woken by the end: the loop sees it.
    });
  }

  /** Those of exchanges that are bound. */
  function boundCount(): number {
    if (queueName === null) return 0;
    const unbound = new Set(degradedNow.map(({ exchange }) => exchange));
    return options.registry.bindings.filter(({ exchange }) => !unbound.has(exchange)).length;
  }

  const loop = keepConsuming();

  return {
    state: () => ({
      connected,
      consuming: current !== null && !stop.signal.aborted,
      queue: queueName,
      bindings: boundCount(),
      degraded: degradedNow,
      exchanges: listExchanges(options.registry),
      generation: 1,
      reconnects: Math.max(0, generation - 1),
      lostSinceMs: current === null ? performance.now() - (lostAtMs ?? openedAtMs) : null,
      unsettled: current?.consumer.unsettled() ?? 0,
    }),
    async queueDepth() {
      if (current === null || queueName === null) return null;
      return readQueueDepth(current.connection, queueName);
    },
    async stopConsuming() {
      stop.abort();
      await current?.consumer.cancel();
    },
    async close() {
      stop.abort();
      await current?.consumer.close();
      await current?.connection.close().catch((error: unknown) => log.warn("broker_close", told(error)));
      await loop;
    },
  };
}

function listExchanges({ exchanges, bindings }: Registry): ListedExchange[] {
  return exchanges.map((exchange) => {
    const own = bindings.filter((binding) => binding.exchange === exchange);
    return { exchange, routingKeys: own.map(({ routing_key }) => routing_key) };
  });
}

/** Resolves when a connection or channel ends, with the reason; its "error" is heard, so that it ends no process. */
function endOf(emitter: {
  on(event: string, listener: (error?: unknown) => void): unknown;
}): Promise<string> {
  return new Promise((resolve) => {
    emitter.on("error", (error) => resolve(blankUrls(String(error))));
    emitter.on("close", (error) => resolve(error === undefined ? "closed" : blankUrls(String(error))));
  });
}

/** Dead after two silent intervals; an address that names its own interval keeps it. */
function withHeartbeat(url: string): string {
  const address = new URL(url);
  if (!address.searchParams.has("heartbeat"))
    address.searchParams.set("heartbeat", String(HEARTBEAT_SECONDS));
  return address.href;
}

function told(error: unknown): Readonly<Record<string, unknown>> {
  const message =
    error instanceof Misuse
      ? error.problems.join("; ")
      : error instanceof Error
        ? error.message
        : String(error);
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const hint =
    code === 406
      ? "the queue exists with other arguments: set QUEUE_TYPE to what it is, name another by QUEUE_NAME, or drain and delete it"
      : code === 403 || message.includes("ACCESS_REFUSED")
        ? "the user, its password or its rights are refused: see AMQP_URL"
        : undefined;
  return { error: blankUrls(message), ...(hint === undefined ? {} : { hint }) };
}
