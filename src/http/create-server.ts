import { createServer as createHttpServer, type Server, type ServerResponse } from "node:http";
import { blankUrls } from "../domain/blank-url.ts";
import type { Log } from "../log.ts";

/** What is answered. */
export interface Reply {
  readonly status: number;
  /** Sent as it is. */
  readonly body: string;
  readonly contentType: string;
}

/** A row of the table of routes. */
export interface Route {
  /** `GET` answers HEAD too. */
  readonly method: "GET";
  /** Compared as a whole; a query string is not looked at. */
  readonly path: string;
  respond(): Promise<Reply>;
}

/** A JSON answer. Passwords in addresses are blanked, wherever a text may have picked them up. */
export function json(status: number, body: unknown): Reply {
  return { status, body: `${blankUrls(JSON.stringify(body))}\n`, contentType: "application/json" };
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
/** Sent without waiting for answers, they would all be worked on at once. A scraper connects anew, and notices nothing. */
const MAX_REQUESTS_OF_A_CONNECTION = 100;

/**
 * The server of a table of routes, not listening yet. Anything else is answered in JSON: 404 for an unknown path, 405
 * for another method, 500 for a bug, which also goes to the log. A slow or oversize request is cut off.
 */
export function createServer(routes: readonly Route[], log: Log): Server {
  const server = createHttpServer(limits, (request, response) => {
    // What a GET brings along is not read; the connection must not wait for somebody to do so.
    request.resume();
    const [path = ""] = (request.url ?? "").split("?");
    answer(routes, request.method ?? "", path, response).catch((error: unknown) => {
      log.error("bug", { what: "http", path, error });
      send(response, json(500, { error: "this is a fault of ours: see the worker's log" }));
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.maxRequestsPerSocket = MAX_REQUESTS_OF_A_CONNECTION;
  return server;
}

async function answer(
  routes: readonly Route[],
  method: string,
  path: string,
  response: ServerResponse,
): Promise<void> {
  const there = routes.filter((route) => route.path === path);
  if (there.length === 0) {
    const paths = routes.map((route) => route.path);
    send(response, json(404, { error: "there is nothing at this path", paths }));
    return;
  }
  const route = there.find((candidate) => candidate.method === (method === "HEAD" ? "GET" : method));
  if (route === undefined) {
    const methods = [...there.map((candidate) => candidate.method), "HEAD"];
    response.setHeader("allow", methods.join(", "));
    send(response, json(405, { error: "this method is not for this path", methods }));
    return;
  }
  send(response, await route.respond());
}

function send(response: ServerResponse, { status, body, contentType }: Reply): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    "content-type": contentType,
    "content-length": Buffer.byteLength(body),
    // It tells of this moment.
    "cache-control": "no-store",
  });
  response.end(body);
}
