import type { Counters } from "../counters.ts";
import type { WorkerGauges } from "../worker-gauges.ts";
import { json, type Route } from "./create-server.ts";
import type { WorkerView } from "./observe-worker.ts";
import type { WorkerStatus } from "./worker-status.ts";

/** What a worker tells of itself, as routes: for probes, Prometheus and people. */
export function observerRoutes(view: WorkerView, counters: Counters): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/livez",
      async respond() {
        const problems = view.livenessProblems();
        const alive = problems.length === 0;
        return json(alive ? 200 : 503, { alive, problems });
      },
    },
    {
      method: "GET",
      path: "/readyz",
      async respond() {
        const problems = await view.readinessProblems();
        const ready = problems.length === 0;
        return json(ready ? 200 : 503, { ready, problems });
      },
    },
    {
      method: "GET",
      path: "/metrics",
      async respond() {
        setWorkerGauges(counters, await view.status());
        const { registry } = counters;
        return { status: 200, body: await registry.metrics(), contentType: registry.contentType };
      },
    },
    {
      method: "GET",
      path: "/status",
      respond: async () => json(200, await view.status()),
    },
  ];
}

function setWorkerGauges(gauges: WorkerGauges, status: WorkerStatus): void {
  const { broker, registry, queue, store, spool } = status;
  gauges.build.set({ version: status.version }, 1);
  gauges.ready.set(Number(status.ready));
  gauges.stalledSeconds.set(status.stalled_seconds);
  gauges.storeAway.set(Number(store.trouble !== null));
  gauges.spoolRefusing.set(Number(spool.trouble !== null));
  gauges.brokerConnected.set(Number(broker.connected));
  gauges.consuming.set(Number(broker.consuming));
  // The source counts both; a counter of prom-client's cannot be set.
  gauges.reconnects.reset();
  gauges.reconnects.inc(broker.reconnects);
  gauges.queuesLost.reset();
  gauges.queuesLost.inc(broker.queues_lost);
  gauges.bindings.set(registry.bindings);
  gauges.leftBindings.set(registry.left_bindings);
  gauges.degraded.set(registry.degraded.length);
  gauges.generation.set(registry.generation);
  gauges.registryBroken.set(Number(registry.problems.length > 0));
  gauges.unsettled.set(broker.unsettled_deliveries);
  gauges.oldestUnsettled.set(broker.oldest_unsettled_seconds);
  gauges.ackTimeout.set(broker.ack_timeout_seconds);
  gauges.prefetch.set(broker.prefetch);
  gauges.queueReady.set(queue.depth?.ready_messages ?? Number.NaN);
  gauges.queueConsumers.set(queue.depth?.consumers ?? Number.NaN);
  gauges.queueLimit.set(queue.limit);
  for (const kind of ["logs", "suggestions"] as const) {
    for (const state of ["pending", "failed"] as const) {
      gauges.openWork.set({ kind, state }, status.open_work?.[kind][state] ?? Number.NaN);
    }
  }
}
