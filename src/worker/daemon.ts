import { once } from "node:events";
import { watchAckAge } from "../broker/consume/ack-age.ts";
import { openAmqpSource } from "../broker/consume/amqp-source.ts";
import type { MessageSource } from "../broker/message-source.ts";
import { startDepthWatch } from "../broker/queue/queue-depth.ts";
import { type OperatorFiles, openOperatorFiles } from "../config/operator-files.ts";
import { brokerUrl } from "../config/read-settings.ts";
import type { Settings } from "../config/settings.ts";
import { OTHER_EXCHANGES } from "../domain/rejection.ts";
import type { WorkerParts } from "../http/observe/observe-worker.ts";
import { startHttp } from "../http/observe/start-http.ts";
import { createIngest } from "../ingest/create-ingest.ts";
import { openSuspectsNote } from "../ingest/suspects/suspects-note.ts";
import { readDelivery } from "../judge/judge-delivery.ts";
import { judgeLimits } from "../judge/judge-limits.ts";
import type { Log } from "../log.ts";
import { type Counters, createCounters, outcomeTotals, rejectionTotals } from "../metrics/counters.ts";
import { loadSchemas } from "../validate/validate-job.ts";
import { userAgent, version } from "../version.ts";
import { logOptions } from "./log-options.ts";
import { closeStorageToOthers, openSpoolOf, openStoreOf } from "./open-storage.ts";
import { startArtifacts } from "./start-artifacts.ts";

/** Parts of the worker, entered as they are opened. */
type Opened = { -readonly [name in keyof WorkerParts]: WorkerParts[name] } & { source: MessageSource | null };

/**
 * The worker: opens and joins all parts, runs until it is asked to stop, and closes them in the order that loses
 * nothing. Resolves after a clean end.
 *
 * @param stop - aborted to ask for the end.
 * @param onAsked - takes what is to be done when somebody asks to read registry and tiers again.
 * @throws Misuse for a broken registry, an address in use or a store that cannot be used, before anything is consumed.
 */
export async function runDaemon(
  settings: Settings,
  log: Log,
  stop: AbortSignal,
  onAsked: (reread: () => void) => void,
): Promise<void> {
  const counters = createCounters();
  const opened: Opened = {
    store: null,
    ingest: null,
    source: null,
    files: null,
    depth: null,
    isStopping: false,
  };
  const files = await openOperatorFiles({
    registryPath: settings.REGISTRY_FILE,
    tiersPath: settings.TIERS_FILE,
    deployment: settings.DEPLOYMENT,
    onRegistry: () => opened.source?.registryChanged(),
    stop,
    log,
  });
  opened.files = files;
  onAsked(() => void files.reread().catch((error: unknown) => log.error("bug", { what: "reread", error })));
  const http = await startHttp({
    host: settings.HTTP_HOST,
    allowedHosts: settings.HTTP_ALLOWED_HOSTS,
    port: settings.HTTP_PORT,
    version,
    prefetch: settings.PREFETCH,
    ackTimeoutMs: settings.ACK_TIMEOUT_SECONDS * 1000,
    queueLimit: settings.QUEUE_LIMIT,
    stallLimitMs: settings.STALL_SECONDS * 1000,
    parts: () => opened,
    counters,
    log,
  });
  try {
    await runParts(settings, files, counters, opened, log, stop);
  } finally {
    // First opened, last closed: it tells of a store that is waited for, and of a shutdown.
    await http.close();
  }
}

async function runParts(
  settings: Settings,
  files: OperatorFiles,
  counters: Counters,
  opened: Opened,
  log: Log,
  stop: AbortSignal,
): Promise<void> {
  const schemas = loadSchemas();
  closeStorageToOthers(settings, log);
  const limits = judgeLimits(settings);
  const spool = openSpoolOf(settings, log);
  const store = await openStoreOf(settings, spool !== null, log, stop);
  if (store === null) {
    spool?.close();
    return;
  }
  opened.store = store;
  const artifacts = startArtifacts({
    store,
    logs: { ...logOptions(settings), threads: settings.LOG_THREADS },
    logsPerHost: settings.LOGS_PER_HOST,
    leaseMs: settings.LOG_LEASE_MS,
    retry: { maxAttempts: settings.LOG_ATTEMPTS },
    sync:
      settings.BUGS_SYNC_MINUTES === 0
        ? null
        : { baseUrl: settings.BUGZILLA_URL, userAgent, everyMs: settings.BUGS_SYNC_MINUTES * 60_000 },
    counters,
    log,
  });
  const ingest = createIngest({
    read: (delivery) =>
      readDelivery(delivery, {
        schemas,
        ...limits,
        // Those in force at this moment.
        tiers: files.tiers(),
        acceptsProject: files.acceptsProject,
      }),
    store,
    spool,
    suspectsNote: openSuspectsNote(settings.DATA_DIR, log),
    spoolAfterMs: settings.SPOOL_AFTER_MS,
    batch: {
      maxItems: settings.BATCH_SIZE,
      maxBytes: settings.BATCH_BYTES,
      waitMs: settings.BATCH_WAIT_MS,
    },
    rejectionMaxBytes: settings.REJECTION_MAX_BYTES,
    quotaOf: (exchange) => (files.registry().exchanges.includes(exchange) ? exchange : OTHER_EXCHANGES),
    maxAttempts: settings.MAX_ATTEMPTS,
    tellEachJob: settings.LOG_LEVEL === "debug",
    listedExchanges: () => files.registry().exchanges,
    counters,
    log,
    onStored: artifacts.nudge,
  });
  opened.ingest = ingest;
  const source = openAmqpSource(
    {
      url: () => brokerUrl(settings),
      registry: files.registry,
      ledger: store,
      queue: { name: settings.QUEUE_NAME, type: settings.QUEUE_TYPE, local: settings.LOCAL },
      pruneForce: settings.PRUNE_FORCE,
      prefetch: settings.PREFETCH,
      maxBodyBytes: settings.MAX_BODY_BYTES,
      counters,
      log,
    },
    ingest.handle,
  );
  const depth = startDepthWatch({
    source,
    everyMs: settings.QUEUE_DEPTH_SECONDS * 1000,
    limit: settings.QUEUE_LIMIT,
    log,
  });
  const ackAge = watchAckAge({
    source,
    timeoutMs: settings.ACK_TIMEOUT_SECONDS * 1000,
    trouble: () => ingest.spoolTrouble() ?? ingest.storeTrouble(),
    log,
  });
  opened.source = source;
  opened.depth = depth;
  log.info("started", {
    store: store.name,
    exchanges: files.registry().exchanges.length,
    bindings: files.registry().bindings.length,
  });

  if (!stop.aborted) await once(stop, "abort");
  log.info("stopping");
  opened.isStopping = true;
  depth.stop();
  ackAge.stop();
  await source.stopConsuming();
  await ingest.drain(settings.SHUTDOWN_MS, () => source.state().stranded === 0);
  await source.close();
  await artifacts.stop();
  await store.close();
  spool?.close();
  log.info("stopped", {
    outcomes: await outcomeTotals(counters),
    rejections: await rejectionTotals(counters),
  });
}
