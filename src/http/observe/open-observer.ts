import type { FastifyPluginAsync } from "fastify";
import type { Log } from "../../log.ts";
import { addressOf, createHostCheck } from "../server/admit-host.ts";
import { createServer, type ServerLimits } from "../server/create-server.ts";
import { openServer } from "../server/open-server.ts";

export interface ObserverOptions {
  readonly host: string;
  /** The host names to answer to, in addition to IP addresses, `localhost`, the machine's name and `host`. */
  readonly allowedHosts: readonly string[];
  /** 0 for any free port; `off` to serve nothing. */
  readonly port: number | "off";
  readonly plugins: readonly FastifyPluginAsync[];
  readonly log: Log;
}

// A probe or a scraper sends a request line and a few headers without delay.
const limits: ServerLimits = {
  requestMs: 10_000,
  idleMs: 10_000,
  maxConnections: 100,
  maxRequestsPerConnection: 100,
};

/**
 * Opens the listener for probes and metrics, and logs its address (`http_listening`).
 *
 * @throws Misuse if it cannot listen on the address.
 */
export async function openObserver(options: ObserverOptions): Promise<{ close(): Promise<void> }> {
  const { host, allowedHosts, port, plugins, log } = options;
  if (port === "off") return { close: async () => undefined };
  const errorBody = (error: string, more = {}): object => ({ error, ...more });
  const isOurs = createHostCheck({ host, allowedHosts, setting: "HTTP_ALLOWED_HOSTS", errorBody });
  const app = createServer({
    limits,
    admit: (request, reply) => isOurs(addressOf(request), reply),
    errorBody,
    closesGently: false,
    plugins,
    log,
  });
  const server = await openServer(app, host, port, { host: "HTTP_HOST", port: "HTTP_PORT" });
  log.info("http_listening", { url: server.url });
  return server;
}
