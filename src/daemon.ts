import { once } from "node:events";
import { join } from "node:path";
import { startArtifacts } from "./artifacts/start-artifacts.ts";
import { openAmqpSource } from "./broker/amqp-source.ts";
import type { MessageSource } from "./broker/message-source.ts";
import { type OperatorFiles, openOperatorFiles } from "./broker/operator-files.ts";
import { startDepthWatch } from "./broker/queue-depth.ts";
import { type Counters, createCounters, outcomeTotals, rejectionTotals } from "./counters.ts";
import { Unavailable } from "./domain/faults.ts";
import type { WorkerParts } from "./http/observe-worker.ts";
import { startHttp } from "./http/start-http.ts";
import { createIngest } from "./ingest/create-ingest.ts";
import { holdWhileAway } from "./ingest/hold-while-away.ts";
import { judgeDelivery } from "./ingest/judge-delivery.ts";
import type { Log } from "./log.ts";
import { logOptions } from "./log-options.ts";
import { brokerUrl, databaseUrl } from "./read-settings.ts";
import type { Settings } from "./settings.ts";
import { openSpool, type Spool, spoolFiles } from "./spool/open-spool.ts";
import { openLater } from "./store/open-later.ts";
import { openStore } from "./store/open-store.ts";
import type { Store } from "./store/store.ts";
import { loadSchemas } from "./validate/validate-job.ts";
import { userAgent, version } from "./version.ts";

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
    port: settings.HTTP_PORT,
    version,
    prefetch: settings.PREFETCH,
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
  const spool = spoolOf(settings, log);
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
    judge: (delivery) =>
      judgeDelivery(delivery, {
        schemas,
        maxDepth: settings.MAX_DEPTH,
        // Those in force at this moment.
        tiers: files.tiers(),
        acceptsProject: files.registry().acceptsProject,
      }),
    store,
    spool,
    spoolAfterMs: settings.SPOOL_AFTER_MS,
    batch: {
      maxItems: settings.BATCH_SIZE,
      maxBytes: settings.BATCH_BYTES,
      waitMs: settings.BATCH_WAIT_MS,
    },
    rejectionMaxBytes: settings.REJECTION_MAX_BYTES,
    maxAttempts: settings.MAX_ATTEMPTS,
    tellEachJob: settings.LOG_LEVEL === "debug",
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
  await source.stopConsuming();
  await ingest.drain(settings.SHUTDOWN_MS);
  await source.close();
  await artifacts.stop();
  await store.close();
  spool?.close();
  log.info("stopped", {
    outcomes: await outcomeTotals(counters),
    rejections: await rejectionTotals(counters),
  });
}

/** How long a start waits for the store before it consumes without it. */
const FIRST_TRY_MS = 3000;

/** Null: none is wanted; with the embedded store it would only share its disk. */
function spoolOf(settings: Settings, log: Log): Spool | null {
  const folder = join(settings.DATA_DIR, "spool");
  const isEmbedded = settings.MONGODB_URL === undefined && settings.MONGODB_URL_FILE === undefined;
  if (settings.SPOOL && !isEmbedded) {
    return openSpool({ folder, maxBytes: settings.SPOOL_MAX_BYTES, log });
  }
  const files = spoolFiles(folder);
  const hint = "they hold acknowledged messages of earlier workers: start once with SPOOL=on and MONGODB_URL";
  if (files.length > 0) log.warn("spool_left", { files, hint });
  return null;
}

/**
 * The store: with a spool at once, there or not; without, as soon as it answers. Null when the end was asked for before.
 */
async function openStoreOf(
  settings: Settings,
  hasSpool: boolean,
  log: Log,
  stop: AbortSignal,
): Promise<Store | null> {
  const open = async (): Promise<Store> =>
    openStore({
      mongodbUrl: await databaseUrl(settings),
      dataDir: settings.DATA_DIR,
      rejectionTtlDays: settings.REJECTION_TTL_DAYS,
    });
  if (hasSpool) return openLater({ open, firstTryMs: Math.min(settings.SPOOL_AFTER_MS, FIRST_TRY_MS), log });
  try {
    return await holdWhileAway(open, {
      stop,
      giveUpAfterMs: null,
      onAway: (error, attempt) => log.warn("store_away", { attempt: attempt + 1, error }),
      onBack: (attempts) => log.info("store_back", { attempts }),
    });
  } catch (error) {
    if (error instanceof Unavailable && stop.aborted) return null;
    throw error;
  }
}
