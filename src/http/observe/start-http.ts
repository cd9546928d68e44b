import type { Log } from "../../log.ts";
import { collectProcessMetrics } from "../../metrics/counters.ts";
import { addressOf, createHostCheck } from "../server/admit-host.ts";
import { createServer, type ServerLimits } from "../server/create-server.ts";
import { openServer } from "../server/open-server.ts";
import { type ObserveOptions, observeWorker, type WorkerView } from "./observe-worker.ts";
import { observerPlugin } from "./observer-routes.ts";
import { startRecentWatch } from "./recent-figures.ts";

export interface HttpOptions extends Omit<ObserveOptions, "pingMs" | "recent"> {
  readonly host: string;
  /** More host names to answer to, besides IP addresses, `localhost`, the machine's name and `host`. */
  readonly allowedHosts: readonly string[];
  /** 0: any free port; `off`: nothing is served. */
  readonly port: number | "off";
  readonly log: Log;
}

export interface Http {
  /** What the worker shows of itself, also if nothing is served here. */
  readonly view: WorkerView;
  close(): Promise<void>;
}

// Probes and scrapers send a line and a few headers, at once.
const limits: ServerLimits = {
  requestMs: 10_000,
  idleMs: 10_000,
  maxConnections: 100,
  maxRequestsPerConnection: 100,
};

/** Shorter than the usual timeout of a probe, which is a few seconds. */
const PING_MS = 2000;

/**
 * Serves the worker's health, metrics and status. The log says at which address (`http_listening`).
 *
 * @throws Misuse if it cannot listen on the address.
 */
export async function startHttp(options: HttpOptions): Promise<Http> {
  const { host, allowedHosts, port, counters, log } = options;
  const recent = await startRecentWatch(counters);
  const view = observeWorker({ ...options, pingMs: PING_MS, recent });
  if (port === "off") return { view, close: async () => recent.stop() };
  const plugins = [observerPlugin(view, counters)];
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
  const settings = { host: "HTTP_HOST", port: "HTTP_PORT" };
  const server = await openServer(app, host, port, settings).catch((error: unknown) => {
    recent.stop();
    throw error;
  });
  collectProcessMetrics(counters);
  log.info("http_listening", { url: server.url });
  return {
    view,
    async close() {
      recent.stop();
      await server.close();
    },
  };
}
