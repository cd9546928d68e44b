import { join } from "node:path";
import { type LogCache, type LogCacheOptions, openLogCache } from "../logs/cache/log-cache.ts";
import { type HttpLogSourceOptions, openHttpLogSource } from "../logs/fetch/http-log-source.ts";

/** Where and how the texts of logs are kept for readers. */
export interface LogTextOptions extends Omit<LogCacheOptions, "source" | "now"> {
  readonly fetch: HttpLogSourceOptions;
}

/** Opens the texts of logs for readers, who fetch them within the limits that hold for parsing. */
export function openLogTexts({ fetch, ...options }: LogTextOptions): LogCache {
  return openLogCache({ ...options, source: openHttpLogSource(fetch), now: Date.now });
}

/** Returns the folder of the texts of logs. */
export function logTextFolder(dataDir: string): string {
  return join(dataDir, "log-cache");
}
