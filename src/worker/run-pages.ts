import { once } from "node:events";
import type { Settings } from "../config/settings.ts";
import { Misuse } from "../domain/faults.ts";
import { askWorker } from "../http/observe/ask-worker.ts";
import { openObserver } from "../http/observe/open-observer.ts";
import { pagesObserverPlugin } from "../http/observe/pages-observer.ts";
import { watchStore } from "../http/observe/store-trouble.ts";
import { startPublic } from "../http/public/start-public.ts";
import { judgeLimits } from "../judge/judge-limits.ts";
import type { Log } from "../log.ts";
import { collectProcessMetrics } from "../metrics/counters.ts";
import { createPagesGauges } from "../metrics/pages-gauges.ts";
import { loadSchemas } from "../validate/validate-job.ts";
import { version } from "../version.ts";
import { type AskedLight, joinPages, type PagesOptions } from "./join-pages.ts";
import { openLogTexts } from "./open-log-texts.ts";
import { openStoreOf } from "./open-storage.ts";
import { httpOptions, logTextOptions, pageSettings, restOptions } from "./options.ts";
import { UndoStack } from "./undo-stack.ts";

/** The time limit for the store to answer a ping, in milliseconds. */
const PING_MS = 2000;

/**
 * Serves the pages without a worker, only from the store. Listens for readers, and for probes and Prometheus, until it is asked to
 * stop. If the store is away at start-up, pages report that, and show its data as soon as it is available.
 *
 * @throws Misuse if the settings turn the pages off, or if it cannot listen on an address.
 */
export async function runPages(settings: Settings, log: Log, stop: AbortSignal): Promise<void> {
  const opened = new UndoStack();
  try {
    await openPages(settings, log, stop, opened);
    if (!stop.aborted) await once(stop, "abort");
    log.info("stopping");
  } finally {
    await opened.undo();
  }
  log.info("stopped");
}

async function openPages(settings: Settings, log: Log, stop: AbortSignal, opened: UndoStack): Promise<void> {
  const pages = pageSettings(settings);
  if (pages === null) throw new Misuse([whyNoPages(settings)]);
  const store = await openStoreOf(settings, true, log, stop);
  if (store === null) return;
  opened.add(() => store.close());
  const storeTrouble = watchStore(() => store, PING_MS);
  const gauges = createPagesGauges();
  const { host, port, allowedHosts } = httpOptions(settings);
  const plugins = [pagesObserverPlugin(gauges, version, storeTrouble)];
  const observer = await openObserver({ host, port, allowedHosts, plugins, log });
  opened.add(() => observer.close());
  collectProcessMetrics(gauges);
  const logs = openLogTexts(logTextOptions(settings));
  opened.add(() => logs.close());
  const server = await startPublic({
    ...restOptions(settings),
    // No route needs a credential, so every client is anonymous.
    authenticator: { authenticate: async () => ({ kind: "anonymous" }) },
    restPlugins: [],
    pages: joinPages({
      settings: pages,
      status: null,
      ...judging(settings),
      light: lightOf(settings.PAGES_WORKERS, storeTrouble),
      ...{ store, logs, log },
    }),
    log,
  });
  opened.add(() => server.close(settings.SHUTDOWN_MS));
  log.info("pages_started", { store: store.name });
}

/** Returns the rules for checking messages. They include no registry, because the workers' registry may not be on this machine. */
function judging(settings: Settings): Pick<PagesOptions, "rules" | "hasRegistry"> {
  const rules = {
    schemas: loadSchemas(),
    ...judgeLimits(settings),
    tiers: new Map(),
    acceptsProject: () => true,
  };
  return { rules: () => rules, hasRegistry: false };
}

function whyNoPages({ PUBLIC_PORT, PAGES }: Settings): string {
  if (PUBLIC_PORT === "off") return "PUBLIC_PORT is off, so there is nowhere to serve pages: set a port";
  if (PAGES === "false") return "PAGES is false, so there is nothing to serve: set it to true";
  return "PAGES is auto, and PUBLIC_HOST can be reached from elsewhere, or a proxy is trusted: set PAGES=true if everybody who can reach it may read what is stored";
}

/** Returns how to determine the state of the light: first from the store, then from the workers in the settings. */
function lightOf(workers: readonly string[], storeTrouble: () => Promise<string | null>): AskedLight {
  async function problems(): Promise<string[]> {
    const trouble = await storeTrouble();
    if (trouble !== null) return [`store: ${trouble}`];
    const answers = await Promise.all(workers.map(async (url) => askWorker(url, "PAGES_WORKERS")));
    return answers.flatMap(({ url, status, trouble: noAnswer }) =>
      (noAnswer === null ? status.problems : [noAnswer]).map((problem) => `${url}: ${problem}`),
    );
  }
  return {
    problems,
    ready:
      workers.length === 0
        ? { state: "unknown", words: "no worker here" }
        : {
            state: "ready",
            words: workers.length === 1 ? "worker ready" : `${workers.length} workers ready`,
          },
  };
}
