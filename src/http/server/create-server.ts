import { createServer as createHttpServer, STATUS_CODES } from "node:http";
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
import type { SendProblem } from "./problem.ts";
import { sendJson } from "./send-json.ts";

/** The limits on the load that clients can put on a listener. */
export interface ServerLimits {
  /** How long a request may take to arrive, in milliseconds. */
  readonly requestMs: number;
  /** A connection without traffic for this many milliseconds is closed, for example because its client does not read its answers. */
  readonly idleMs: number;
  readonly maxConnections: number;
  /** Node closes a connection after this many requests. The client then opens another one. */
  readonly maxRequestsPerConnection: number;
}

export interface ServerOptions {
  readonly limits: ServerLimits;
  /** Decides whether a request is for this listener, before its path is looked up. If it returns false, it has answered the request. */
  readonly admit: (request: FastifyRequest, reply: FastifyReply) => boolean;
  /** Returns the body of an error that the server reports by itself. For `more`, see {@link Problem}. */
  readonly errorBody: (text: string, more?: Readonly<Record<string, unknown>>) => object;
  /** Answers a request that failed, or that no route answers. Default: JSON with `errorBody`. */
  readonly sendProblem?: SendProblem;
  /** Whether closing waits until requests that have arrived are answered. If not, their connections are closed immediately. */
  readonly closesGently: boolean;
  /** The routes: each plugin registers its own. */
  readonly plugins: readonly FastifyPluginAsync[];
  readonly log: Log;
}

/** How long the headers of a request may take to arrive, in milliseconds. */
const HEADERS_MS = 5000;
const headerLimits = {
  maxHeaderSize: 8 * 1024,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
};

/**
 * Creates a server with the plugins' routes. It does not listen yet. It answers by itself with 404 for an unknown path, 405
 * for a method that the path does not have, 501 for one that no path has, such as PROPFIND, and 500 for a bug, which is logged.
 */
export function createServer(options: ServerOptions): FastifyInstance {
  const { limits, errorBody, closesGently, plugins, log } = options;
  const sendProblem: SendProblem =
    options.sendProblem ??
    ((_request, reply, { status, text, more }) => sendJson(reply, status, errorBody(text, more)));

  /** Returns whether the request is for this listener. If not, it has been answered. */
  function admit(request: FastifyRequest, reply: FastifyReply): boolean {
    reply.headers({ "x-content-type-options": "nosniff", "cache-control": "no-store" });
    // Node would read the rest of a refused body, to reuse the connection. Anybody could use up CPU time with a body in tiny chunks.
    if (request.headers["transfer-encoding"] !== undefined) reply.header("connection", "close");
    return options.admit(request, reply);
  }

  const app = fastify({
    serverFactory(handler) {
      const listener = answerInTurn(handler);
      const server = createHttpServer(
        {
          ...headerLimits,
          // Node does not accept a longer timeout for the headers than for the request.
          headersTimeout: Math.min(HEADERS_MS, limits.requestMs),
          requestTimeout: limits.requestMs,
        },
        listener,
      );
      // Without a listener, Node sends `100 Continue` to every client. Here the code that reads the body sends it.
      server.on("checkContinue", listener);
      server.maxRequestsPerSocket = limits.maxRequestsPerConnection;
      server.setTimeout(limits.idleMs);
      limitConnections(server, limits.maxConnections);
      return server;
    },
    forceCloseConnections: closesGently ? "idle" : true,
    logger: false,
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket, errorBody),
    // Handles a path that cannot be decoded, because fastify runs no hooks for it.
    frameworkErrors(_error, request, reply) {
      if (admit(request, reply))
        sendProblem(request, reply, { status: 400, text: "this path cannot be decoded" });
    },
  });
  const known = noteKnownPaths(app);
  app.addHook("onRequest", async (request, reply) => {
    if (!admit(request, reply)) return reply;
    // Answered here and not in a handler, because the body would be read before a handler runs.
    if (!request.is404) return undefined;
    if (!app.supportedMethods.includes(request.method)) {
      return sendProblem(request, reply, { status: 501, text: "no path of this server has this method" });
    }
    const text = "there is nothing at this path";
    return sendProblem(request, reply, { status: 404, text, more: { paths: known.list() } });
  });
  app.setErrorHandler((error, request, reply) => {
    const status = errorStatus(error);
    if (status === 500) log.error("bug", { what: "http", path: request.url.split("?")[0], error });
    const text =
      status === 500 ? "this is a bug in pulse-ingest: see the worker's log" : (STATUS_CODES[status] ?? "");
    return sendProblem(request, reply, { status, text });
  });
  for (const plugin of plugins) app.register(plugin);
  app.after(() => known.refuseOtherMethods(sendProblem));
  return app;
}

/** Returns fastify's status if fastify itself refused the request, for example because its body is too long; otherwise 500. */
export function errorStatus(error: unknown): number {
  if (!(error instanceof Error) || !("code" in error) || !("statusCode" in error)) return 500;
  const { code, statusCode } = error;
  const isRefusal = typeof code === "string" && code.startsWith("FST_");
  return isRefusal && typeof statusCode === "number" && statusCode < 500 ? statusCode : 500;
}
