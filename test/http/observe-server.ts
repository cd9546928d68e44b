import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { addressOf, createHostCheck } from "../../src/http/server/admit-host.ts";
import { createServer } from "../../src/http/server/create-server.ts";
import type { Log } from "../../src/log.ts";

/** Returns a server with the rules of the listener for observers. It does not listen yet. */
export function observeServer(
  plugins: readonly FastifyPluginAsync[],
  log: Log,
  { host = "127.0.0.1", allowedHosts = [] }: { host?: string; allowedHosts?: readonly string[] } = {},
): FastifyInstance {
  const errorBody = (error: string, more = {}): object => ({ error, ...more });
  const isOurs = createHostCheck({ host, allowedHosts, setting: "HTTP_ALLOWED_HOSTS", errorBody });
  return createServer({
    limits: { requestMs: 10_000, idleMs: 10_000, maxConnections: 100, maxRequestsPerConnection: 100 },
    admit: (request: FastifyRequest, reply: FastifyReply) => isOurs(addressOf(request), reply),
    errorBody,
    closesGently: false,
    plugins,
    log,
  });
}

/** The names of the settings that configure where it listens. */
export const observeSettings = { host: "HTTP_HOST", port: "HTTP_PORT" };
