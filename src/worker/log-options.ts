import type { SettingName, Settings } from "../config/settings.ts";
import type { ParseThreadsOptions } from "../logs/read/parse-thread.ts";
import { userAgent } from "../version.ts";

/** The settings that limit the cost of reading a log, and the hosts from which logs may be fetched. */
export const logSettingNames = [
  "LOG_HOSTS",
  "LOG_PORTS",
  "LOG_ALLOW_PRIVATE",
  "LOG_LOOKUP_MS",
  "LOG_CONNECT_MS",
  "LOG_IDLE_MS",
  "LOG_TIMEOUT_MS",
  "LOG_MAX_REDIRECTS",
  "LOG_MAX_BYTES",
  "LOG_MAX_INFLATED_BYTES",
  "LOG_MAX_RATIO",
  "LOG_MAX_LINES",
  "LOG_MAX_LINE_BYTES",
  "ARTIFACT_MAX_BYTES",
] as const satisfies readonly SettingName[];

/** Returns the options for fetching and parsing logs, for the worker and for commands. */
export function logOptions(settings: Pick<Settings, (typeof logSettingNames)[number]>) {
  return {
    userAgent,
    allowHosts: settings.LOG_HOSTS,
    allowPorts: settings.LOG_PORTS,
    allowPrivate: settings.LOG_ALLOW_PRIVATE,
    fetchLimits: {
      lookupMs: settings.LOG_LOOKUP_MS,
      connectMs: settings.LOG_CONNECT_MS,
      idleMs: settings.LOG_IDLE_MS,
      totalMs: settings.LOG_TIMEOUT_MS,
      redirects: settings.LOG_MAX_REDIRECTS,
      bytes: settings.LOG_MAX_BYTES,
    },
    logLimits: {
      lines: settings.LOG_MAX_LINES,
      lineBytes: settings.LOG_MAX_LINE_BYTES,
      artifactBytes: settings.ARTIFACT_MAX_BYTES,
      inflatedBytes: settings.LOG_MAX_INFLATED_BYTES,
      ratio: settings.LOG_MAX_RATIO,
    },
  } satisfies Omit<ParseThreadsOptions, "threads">;
}
