import { Counter, Gauge, type Registry } from "prom-client";

/**
 * Creates the gauges of the worker's current state, which are set whenever the metrics are read. Unknown values are NaN, for which
 * every comparison in an alert rule is false.
 */
export function createWorkerGauges(registers: Registry[]) {
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers });
  return {
    build: new Gauge({
      name: "pulse_ingest_build_info",
      help: "Always 1. The label is the version.",
      labelNames: ["version"] as const,
      registers,
    }),
    ready: gauge("pulse_ingest_ready", "1 if the worker is ready. If it is 0, /readyz reports why."),
    stalledSeconds: gauge(
      "pulse_ingest_stalled_seconds",
      "How long deliveries have been in progress without any of them ending; 0 if none is in progress.",
    ),
    storeAway: gauge("pulse_ingest_store_away", "1 if the store cannot be written to now."),
    spoolRefusing: gauge("pulse_ingest_spool_refusing", "1 if the spool accepts no more deliveries."),
    brokerConnected: gauge("pulse_ingest_broker_connected", "1 if the worker is connected to the broker."),
    consuming: gauge("pulse_ingest_consuming", "1 if the worker is consuming from the queue."),
    reconnects: new Counter({
      name: "pulse_ingest_broker_reconnects_total",
      help: "Times that the worker resumed consuming after a loss.",
      registers,
    }),
    queuesLost: new Counter({
      name: "pulse_ingest_queues_lost_total",
      help: "Times that the queue was gone, with its messages, and had to be declared again.",
      registers,
    }),
    bindings: gauge("pulse_ingest_bindings", "Bindings in force, except those of degraded exchanges."),
    leftBindings: gauge(
      "pulse_ingest_left_bindings",
      "Bindings that were removed from the registry but are still bound: kept by the guard or by another worker.",
    ),
    degraded: gauge("pulse_ingest_degraded_exchanges", "Exchanges that could not be bound. See /status."),
    generation: gauge(
      "pulse_ingest_registry_generation",
      "Number of the registry in force; 1 is the one at start-up.",
    ),
    registryBroken: gauge(
      "pulse_ingest_registry_broken",
      "1 if the registry file or the tiers file is invalid now, and the previous version stays in force. See /status.",
    ),
    unsettled: gauge(
      "pulse_ingest_unsettled_deliveries",
      "Deliveries that are not settled at the broker: the used part of the prefetch.",
    ),
    oldestUnsettled: gauge(
      "pulse_ingest_oldest_unsettled_age_seconds",
      "How long the oldest unsettled delivery has been held; 0 if there is none.",
    ),
    ackTimeout: gauge(
      "pulse_ingest_ack_timeout_seconds",
      "Time without an acknowledgement after which the broker closes the channel (ACK_TIMEOUT_SECONDS).",
    ),
    prefetch: gauge(
      "pulse_ingest_prefetch_limit_deliveries",
      "Maximum number of unsettled deliveries (PREFETCH).",
    ),
    queueReady: gauge("pulse_ingest_queue_ready_messages", "Messages that are waiting in the queue."),
    queueConsumers: gauge("pulse_ingest_queue_consumers", "Consumers of the queue, including other workers."),
    queueLimit: gauge(
      "pulse_ingest_queue_limit_messages",
      "Number of ready messages at which the queue is lost (QUEUE_LIMIT).",
    ),
    openWork: new Gauge({
      name: "pulse_ingest_open_work_items",
      help: "Logs to read and suggestions to make, for all workers: pending, or failed permanently.",
      labelNames: ["kind", "state"] as const,
      registers,
    }),
  };
}

export type WorkerGauges = ReturnType<typeof createWorkerGauges>;
