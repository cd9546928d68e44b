import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { ReadRefused } from "../../queries/api/read-refused.ts";
import { PROJECT_PATH } from "../rest/rest-plugin.ts";
import { sendJsonText } from "../server/send-json.ts";
import { jobRoutes } from "./job-routes.ts";
import { pushRoutes } from "./push-routes.ts";
import { JsonText, type ReadRoute, type ReadSources } from "./read-route.ts";
import { siteRoutes } from "./site-routes.ts";

/** All routes of the read API. */
export const readRoutes: readonly ReadRoute[] = [...jobRoutes, ...pushRoutes, ...siteRoutes];

/** How long a client should wait after a 503, in seconds. */
const RETRY_SECONDS = "5";

interface AskedRoute {
  Params: Readonly<Record<string, string>>;
}

/**
 * A fastify plugin that serves the stored data as JSON. It only reads. Register it behind `checkRequests`, which decides who may
 * read. Readers get what was submitted; only the passwords in the URLs of logs are blanked.
 */
export function readApiPlugin(sources: ReadSources): FastifyPluginAsync {
  return async (app) => {
    app.setErrorHandler((error, _request, reply) => {
      if (error instanceof ReadRefused) {
        if (error.status === 503) reply.header("retry-after", RETRY_SECONDS);
        return send(reply.code(error.status), error.body);
      }
      // A bug, or a store that is away. It is answered as for all other requests of the REST API.
      throw error;
    });
    for (const route of readRoutes) {
      app.get<AskedRoute>(route.path, async (request, reply) => {
        return send(reply, await ask(sources, route, request));
      });
    }
  };
}

async function ask(
  sources: ReadSources,
  { path, answer }: ReadRoute,
  request: FastifyRequest<AskedRoute>,
): Promise<unknown> {
  const { project = "", id = "" } = request.params;
  if (path.startsWith(PROJECT_PATH) && !(await sources.store.hasProject(project))) {
    throw new ReadRefused(404, { detail: `No project with name ${project}` });
  }
  const [place = "", search = ""] = request.url.split(/\?(.*)/s);
  const address = `${request.checked?.site ?? ""}${place}`;
  // If a parameter has several values, the last one counts.
  const query = new URLSearchParams([...new Map(new URLSearchParams(search))]);
  return answer(sources, { project, id, query, address });
}

function send(reply: FastifyReply, body: unknown): FastifyReply {
  return sendJsonText(reply, body instanceof JsonText ? body.text : JSON.stringify(body));
}
