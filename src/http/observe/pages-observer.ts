import type { FastifyPluginAsync } from "fastify";
import type { createPagesGauges } from "../../metrics/pages-gauges.ts";
import { healthRoutes } from "./observer-routes.ts";

/**
 * A fastify plugin that shows the health of a process that only serves pages. It has no `/status`, which describes a worker.
 *
 * @param storeTrouble - returns why the store does not answer, or null if it does.
 */
export function pagesObserverPlugin(
  gauges: ReturnType<typeof createPagesGauges>,
  version: string,
  storeTrouble: () => Promise<string | null>,
): FastifyPluginAsync {
  const view = {
    // Any answer shows that the event loop runs.
    livenessProblems: () => [],
    async readinessProblems() {
      const trouble = await storeTrouble();
      return trouble === null ? [] : [`store: ${trouble}`];
    },
  };
  return async (app) => {
    for (const route of healthRoutes(view)) app.route(route);
    app.get("/metrics", async (_request, reply) => {
      gauges.build.set({ version }, 1);
      gauges.storeAway.set(Number((await storeTrouble()) !== null));
      return reply.header("content-type", gauges.registry.contentType).send(await gauges.registry.metrics());
    });
  };
}
