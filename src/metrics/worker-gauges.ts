import { Counter, Gauge, type Registry } from "prom-client";

/**
 * What the worker is at this moment; set from its state whenever the metrics are read. A value that is not known is
 * NaN, which no comparison in an alert rule takes for true.
 */
export function createWorkerGauges(registers: Registry[]) {
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers });
  return {
    build: new Gauge({
      name: "pulse_ingest_build_info",
      help: "Always 1; the label tells the version.",
      labelNames: ["version"] as const,
      registers,
    }),
    ready: gauge("pulse_ingest_ready", "1: /readyz says yes; 0: it says what is not right."),
    stalledSeconds: gauge(
      "pulse_ingest_stalled_seconds",
      "How long deliveries have been in hand without one that ended; 0: none is in hand.",
    ),
    storeAway: gauge("pulse_ingest_store_away", "1: the store cannot be written to now."),
    spoolRefusing: gauge("pulse_ingest_spool_refusing", "1: nothing more goes into the spool: it is full."),
    brokerConnected: gauge("pulse_ingest_broker_connected", "1: there is a connection to the broker."),
    consuming: gauge("pulse_ingest_consuming", "1: deliveries can come from the queue."),
    reconnects: new Counter({
      name: "pulse_ingest_broker_reconnects_total",
      help: "Times that the worker consumed again after a loss.",
      registers,
    }),
    queuesLost: new Counter({
      name: "pulse_ingest_queues_lost_total",
      help: "Times that the queue was gone and had to be made anew, with what was in it lost.",
      registers,
    }),
    bindings: gauge("pulse_ingest_bindings", "Bindings in force, without those of degraded exchanges."),
    leftBindings: gauge(
      "pulse_ingest_left_bindings",
      "Bindings that left the registry and are there still: kept by the guard, or by another worker.",
    ),
    degraded: gauge("pulse_ingest_degraded_exchanges", "Exchanges that could not be bound; see /status."),
    generation: gauge("pulse_ingest_registry_generation", "Of the registry in force; 1: that of the start."),
    registryBroken: gauge(
      "pulse_ingest_registry_broken",
      "1: registry or tiers as they are now are broken, and the ones before are in force; see /status.",
    ),
    unsettled: gauge(
      "pulse_ingest_unsettled_deliveries",
      "Prefetch in use: deliveries that the broker has not heard of yet.",
    ),
    oldestUnsettled: gauge(
      "pulse_ingest_oldest_unsettled_age_seconds",
      "How long the oldest of them has been held; 0: there is none.",
    ),
    ackTimeout: gauge(
      "pulse_ingest_ack_timeout_seconds",
      "After which the broker closes the channel (ACK_TIMEOUT_SECONDS).",
    ),
    prefetch: gauge("pulse_ingest_prefetch_limit_deliveries", "Most that may be unsettled (PREFETCH)."),
    queueReady: gauge("pulse_ingest_queue_ready_messages", "Messages that wait in the queue."),
    queueConsumers: gauge("pulse_ingest_queue_consumers", "Consumers of the queue, other workers included."),
    queueLimit: gauge(
      "pulse_ingest_queue_limit_messages",
      "Ready messages at which the queue is lost (QUEUE_LIMIT).",
    ),
    openWork: new Gauge({
      name: "pulse_ingest_open_work_items",
      help: "Logs to read and suggestions to make in the store, of all workers: pending, or failed for good.",
      labelNames: ["kind", "state"] as const,
      registers,
    }),
  };
}

export type WorkerGauges = ReturnType<typeof createWorkerGauges>;
