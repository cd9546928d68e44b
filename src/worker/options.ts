import type { AckAgeOptions } from "../broker/consume/ack-age.ts";
import type { AmqpSourceOptions } from "../broker/consume/amqp-source.ts";
import type { DepthWatchOptions } from "../broker/queue/queue-depth.ts";
import type { OperatorFilesOptions } from "../config/operator-files.ts";
import { brokerUrl } from "../config/read-settings.ts";
import type { Settings } from "../config/settings.ts";
import { isLoopback, isServed } from "../config/who-may-read.ts";
import type { HttpOptions } from "../http/observe/start-http.ts";
import type { PageSettings } from "../http/pages/page-parts.ts";
import type { AllowedOrigins } from "../http/rest/cors.ts";
import type { IngestOptions } from "../ingest/create-ingest.ts";
import type { RetentionOptions } from "../retention/start-retention.ts";
import type { StoreLimits } from "../store/rules/store-limits.ts";
import { userAgent, version } from "../version.ts";
import { logOptions } from "./log-options.ts";
import { type LogTextOptions, logTextFolder } from "./open-log-texts.ts";
import type { ArtifactsOptions } from "./start-artifacts.ts";
import type { RestOptions } from "./start-rest.ts";

/*
 * Converts the settings to the options of each part of the worker. Pure. The other options of a part are added where the parts are
 * connected.
 */

const DAY_MS = 86_400_000;
/** The time between two runs of retention, in milliseconds. */
const RETENTION_EVERY_MS = 10 * 60_000;

export function fileOptions(settings: Settings) {
  return {
    registryPath: settings.REGISTRY_FILE,
    tiersPath: settings.TIERS_FILE,
    deployment: settings.DEPLOYMENT,
  } satisfies Partial<OperatorFilesOptions>;
}

export function httpOptions(settings: Settings) {
  return {
    host: settings.HTTP_HOST,
    allowedHosts: settings.HTTP_ALLOWED_HOSTS,
    port: settings.HTTP_PORT,
    version,
    prefetch: settings.PREFETCH,
    ackTimeoutMs: settings.ACK_TIMEOUT_SECONDS * 1000,
    queueLimit: settings.QUEUE_LIMIT,
    kept: {
      jobs: settings.RETAIN_DAYS,
      rejections: settings.REJECTION_TTL_DAYS,
      archive: settings.ARCHIVE_DAYS,
    },
    stallLimitMs: settings.STALL_SECONDS * 1000,
  } satisfies Partial<HttpOptions>;
}

export function restOptions(settings: Settings) {
  return {
    host: settings.PUBLIC_HOST,
    port: settings.PUBLIC_PORT,
    allowedHosts: settings.PUBLIC_ALLOWED_HOSTS,
    trustedProxies: settings.TRUSTED_PROXIES,
    allowedOrigins: allowedOrigins(settings),
    maxBodyBytes: settings.REST_MAX_BYTES,
    maxBodiesBytes: settings.REST_BODIES_BYTES,
    maxItems: settings.REST_MAX_ITEMS,
    requestMs: settings.REST_REQUEST_MS,
    keyFile: settings.CREDENTIALS_KEY_FILE,
    rates: { jobs: settings.REST_JOBS_PER_MINUTE, resultset: settings.REST_RESULTSETS_PER_MINUTE },
    readApi: isServed(settings.READ_API, settings),
    logTexts: logTextOptions(settings),
  } satisfies Partial<RestOptions>;
}

export function logTextOptions(settings: Settings): LogTextOptions {
  const { fetchLimits, logLimits, ...source } = logOptions(settings);
  return {
    folder: logTextFolder(settings.DATA_DIR),
    maxBytes: settings.LOG_CACHE_MAX_BYTES,
    limits: logLimits,
    perHost: settings.LOGS_PER_HOST,
    fetch: { ...source, limits: fetchLimits },
  };
}

/** Returns the settings of the pages, or null if no pages are served. */
export function pageSettings(settings: Settings): PageSettings | null {
  if (settings.PUBLIC_PORT === "off" || !isServed(settings.PAGES, settings)) return null;
  return {
    operates: isServed(settings.OPERATE_PAGES, settings),
    // The settings are listed one by one, so that no secret can reach a page.
    BUGZILLA_URL: settings.BUGZILLA_URL,
    PAGES_MAX_STREAMS: settings.PAGES_MAX_STREAMS,
    PAGES_REMOTE_IMAGES: settings.PAGES_REMOTE_IMAGES,
    PAGES_WORKERS: settings.PAGES_WORKERS,
  };
}

/** Returns the web origins that may read data. On a loopback address, which means a laptop, only listed origins may. */
function allowedOrigins({ CORS_ORIGINS, PUBLIC_HOST }: Settings): AllowedOrigins {
  if (CORS_ORIGINS === undefined) return isLoopback(PUBLIC_HOST) ? [] : "any";
  return CORS_ORIGINS.includes("*") ? "any" : CORS_ORIGINS;
}

export function storeLimits(settings: Settings): StoreLimits {
  return {
    rejectionQuota: {
      perDay: settings.REJECTIONS_PER_DAY,
      bytesPerDay: settings.REJECTION_BYTES_PER_DAY,
    },
    maxWaitingLogs: settings.LOG_MAX_WAITING_PER_EXCHANGE,
  };
}

export function artifactsOptions(settings: Settings) {
  const everyMs = settings.BUGS_SYNC_MINUTES * 60_000;
  return {
    logs: { ...logOptions(settings), threads: settings.LOG_THREADS },
    logsPerHost: settings.LOGS_PER_HOST,
    leaseMs: settings.LOG_LEASE_MS,
    retry: { maxAttempts: settings.LOG_ATTEMPTS },
    sync: everyMs === 0 ? null : { baseUrl: settings.BUGZILLA_URL, userAgent, everyMs },
  } satisfies Partial<ArtifactsOptions>;
}

export function retentionOptions(settings: Settings) {
  const tenthMs = (settings.RETAIN_DAYS * DAY_MS) / 10;
  return {
    archiveDays: settings.ARCHIVE_DAYS,
    // If data is kept only for a short time, it is checked more often.
    everyMs: tenthMs === 0 ? RETENTION_EVERY_MS : Math.min(RETENTION_EVERY_MS, Math.max(1000, tenthMs)),
  } satisfies Partial<RetentionOptions>;
}

export function ingestOptions(settings: Settings) {
  return {
    spoolAfterMs: settings.SPOOL_AFTER_MS,
    batch: {
      maxItems: settings.BATCH_SIZE,
      maxBytes: settings.BATCH_BYTES,
      waitMs: settings.BATCH_WAIT_MS,
    },
    rejectionMaxBytes: settings.REJECTION_MAX_BYTES,
    maxAttempts: settings.MAX_ATTEMPTS,
    keepsArchive: settings.ARCHIVE_DAYS > 0,
    logsEachJob: settings.LOG_LEVEL === "debug",
  } satisfies Partial<IngestOptions>;
}

export function sourceOptions(settings: Settings) {
  return {
    url: () => brokerUrl(settings),
    queue: { name: settings.QUEUE_NAME, type: settings.QUEUE_TYPE, local: settings.LOCAL },
    pruneForce: settings.PRUNE_FORCE,
    prefetch: settings.PREFETCH,
    prefetchBytes: settings.PREFETCH_MIB * 1024 * 1024,
    maxBodyBytes: settings.MAX_BODY_BYTES,
  } satisfies Partial<AmqpSourceOptions>;
}

export function depthOptions(settings: Settings) {
  return {
    everyMs: settings.QUEUE_DEPTH_SECONDS * 1000,
    limit: settings.QUEUE_LIMIT,
  } satisfies Partial<DepthWatchOptions>;
}

export function ackAgeOptions(settings: Settings) {
  return { timeoutMs: settings.ACK_TIMEOUT_SECONDS * 1000 } satisfies Partial<AckAgeOptions>;
}
