import type { FastifyPluginAsync, RouteOptions } from "fastify";
import type { Counters } from "../../metrics/counters.ts";
import type { WorkerGauges } from "../../metrics/worker-gauges.ts";
import { jsonText, sendJson, sendJsonText } from "../server/send-json.ts";
import { shareAnswer } from "../server/share-answer.ts";
import type { WorkerView } from "./observe-worker.ts";
import type { WorkerStatus } from "./worker-status.ts";

/** A fastify plugin that shows a worker's state to probes, Prometheus and people. */
export function observerPlugin(view: WorkerView, counters: Counters): FastifyPluginAsync {
  return async (app) => {
    for (const route of observerRoutes(view, counters)) app.route(route);
  };
}

/** The plugin's routes. A new route is a new row. */
export function observerRoutes(view: WorkerView, counters: Counters): readonly RouteOptions[] {
  const statusText = shareAnswer(async () => jsonText(await view.status()));
  const metricsText = shareAnswer(async () => {
    setWorkerGauges(counters, await view.status());
    return counters.registry.metrics();
  });
  return [
    ...healthRoutes(view),
    {
      method: "GET",
      url: "/metrics",
      handler: async (_request, reply) =>
        reply.header("content-type", counters.registry.contentType).send(await metricsText()),
    },
    {
      method: "GET",
      url: "/status",
      handler: async (_request, reply) => sendJsonText(reply, await statusText()),
    },
  ];
}

/** Returns the routes for liveness and readiness probes. */
export function healthRoutes(
  view: Pick<WorkerView, "livenessProblems" | "readinessProblems">,
): readonly RouteOptions[] {
  return [
    {
      method: "GET",
      url: "/livez",
      async handler(_request, reply) {
        const problems = view.livenessProblems();
        const alive = problems.length === 0;
        return sendJson(reply, alive ? 200 : 503, { alive, problems });
      },
    },
    {
      method: "GET",
      url: "/readyz",
      async handler(_request, reply) {
        const problems = await view.readinessProblems();
        const ready = problems.length === 0;
        return sendJson(reply, ready ? 200 : 503, { ready, problems });
      },
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
  // The source counts both. A prom-client counter cannot be set, only reset and increased.
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
