import { createServer as createHttpServer, STATUS_CODES } from "node:http";
import { hostname } from "node:os";
import fastify, {
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import type { Log } from "../../log.ts";
import { answerBrokenRequest } from "./answer-broken-request.ts";
import { answerInTurn } from "./answer-in-turn.ts";
import { noteKnownPaths } from "./known-paths.ts";
import { limitConnections } from "./limit-connections.ts";
import { judgeHost } from "./our-host.ts";
import { sendJson } from "./send-json.ts";

export interface ServerOptions {
  /** The host to listen on. Requests for this name are answered. */
  readonly host: string;
  /** More host names to answer to: `name`, or `*.name` for every name below that one. */
  readonly allowedHosts: readonly string[];
  /** The routes: each plugin registers its own. */
  readonly plugins: readonly FastifyPluginAsync[];
  readonly log: Log;
}

// Probes and scrapers send a line and a few headers, at once.
const limits = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
};
const MAX_CONNECTIONS = 100;
/** Node closes a connection after this many requests. A scraper then opens another one. */
const MAX_REQUESTS_PER_CONNECTION = 100;
/** A connection without any traffic for this long is closed, e.g. because its client does not read its answers. */
const IDLE_CONNECTION_MS = 10_000;

/**
 * Creates a server with the plugins' routes. It does not listen yet. All other answers are JSON: 403 for a `Host` that is
 * not ours, 404 for an unknown path, 405 for a method that the path does not have, and 500 for a bug, which is logged.
 */
export function createServer({ host, allowedHosts, plugins, log }: ServerOptions): FastifyInstance {
  const ownNames = { listenHost: host, machine: hostname(), allowed: allowedHosts };

  /** Returns whether the request's host is ours. If not, the request has been answered. */
  function admit(request: FastifyRequest, reply: FastifyReply): boolean {
    reply.headers({ "x-content-type-options": "nosniff", "cache-control": "no-store" });
    const { url = "", rawHeaders } = request.raw;
    const verdict = judgeHost({ target: url, rawHeaders }, ownNames);
    if (verdict === "foreign") {
      const error =
        "this server does not answer to that host name: use an IP address, or ask the operator to add the name to HTTP_ALLOWED_HOSTS";
      sendJson(reply, 403, { error });
    }
    if (verdict === "ambiguous") sendJson(reply, 400, { error: "a request must have one Host header" });
    return verdict === "ours";
  }

  const app = fastify({
    serverFactory(handler) {
      const server = createHttpServer(limits, answerInTurn(handler));
      server.maxRequestsPerSocket = MAX_REQUESTS_PER_CONNECTION;
      server.setTimeout(IDLE_CONNECTION_MS);
      limitConnections(server, MAX_CONNECTIONS);
      return server;
    },
    forceCloseConnections: true,
    logger: false,
    clientErrorHandler: answerBrokenRequest,
    // Handles a path that cannot be decoded. Fastify runs no hook for it.
    frameworkErrors(_error, request, reply) {
      if (admit(request, reply)) sendJson(reply, 400, { error: "this path cannot be read" });
    },
  });
  const known = noteKnownPaths(app);
  app.addHook("onRequest", async (request, reply) => {
    if (!admit(request, reply)) return reply;
    // Answered here and not in a handler, because the body would be read before a handler runs.
    if (request.is404)
      return sendJson(reply, 404, { error: "there is nothing at this path", paths: known.list() });
    return undefined;
  });
  app.setErrorHandler((error, request, reply) => {
    const status = refusalStatus(error);
    if (status === 500) log.error("bug", { what: "http", path: request.url.split("?")[0], error });
    const text =
      status === 500 ? "this is a bug in pulse-ingest: see the worker's log" : STATUS_CODES[status];
    return sendJson(reply, status, { error: text });
  });
  for (const plugin of plugins) app.register(plugin);
  app.after(() => known.refuseOtherMethods());
  return app;
}

/** Returns the status if fastify itself refused the request, e.g. for a body that is too long; otherwise 500. */
function refusalStatus(error: unknown): number {
  if (!(error instanceof Error) || !("code" in error) || !("statusCode" in error)) return 500;
  const { code, statusCode } = error;
  const isRefusal = typeof code === "string" && code.startsWith("FST_");
  return isRefusal && typeof statusCode === "number" && statusCode < 500 ? statusCode : 500;
}
