import type { FastifyPluginAsync } from "fastify";
import { sendJson } from "../../server/send-json.ts";
import type { PageParts } from "../page-parts.ts";

/** The worker's condition at `/api/light`, for the header of a page that stays open. */
export function lightRoutes({ light }: PageParts): FastifyPluginAsync {
  return async (app) => {
    app.get("/api/light", async (_request, reply) => sendJson(reply, 200, await light.ask()));
  };
}
