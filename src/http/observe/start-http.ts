import type { Log } from "../../log.ts";
import { collectProcessMetrics } from "../../metrics/counters.ts";
import { type ObserveOptions, observeWorker, type WorkerView, waitingMessages } from "./observe-worker.ts";
import { observerPlugin } from "./observer-routes.ts";
import { openObserver } from "./open-observer.ts";
import { startRecentWatch } from "./recent-figures.ts";

export interface HttpOptions extends Omit<ObserveOptions, "pingMs" | "recent"> {
  readonly host: string;
  /** The host names to answer to, in addition to IP addresses, `localhost`, the machine's name and `host`. */
  readonly allowedHosts: readonly string[];
  /** 0 for any free port; `off` to serve nothing. */
  readonly port: number | "off";
  readonly log: Log;
}

export interface Http {
  /** The worker's own figures. They are available even if this listener is off. */
  readonly view: WorkerView;
  close(): Promise<void>;
}

/** Shorter than the usual timeout of a probe, which is a few seconds. */
const PING_MS = 2000;

/**
 * Serves the worker's health, metrics and status, and logs the address (`http_listening`).
 *
 * @throws Misuse if it cannot listen on the address.
 */
export async function startHttp(options: HttpOptions): Promise<Http> {
  const { counters } = options;
  const recent = await startRecentWatch(counters, () => waitingMessages(options.worker()));
  const view = observeWorker({ ...options, pingMs: PING_MS, recent });
  const plugins = [observerPlugin(view, counters)];
  const server = await openObserver({ ...options, plugins }).catch((error: unknown) => {
    recent.stop();
    throw error;
  });
  if (options.port !== "off") collectProcessMetrics(counters);
  return {
    view,
    async close() {
      recent.stop();
      await server.close();
    },
  };
}
