import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "../config/settings.ts";
import { evictLogs } from "../logs/cache/evict-logs.ts";
import { forgetTexts } from "../logs/cache/forget-texts.ts";
import { type LogCache, type LogCacheOptions, openLogCache } from "../logs/cache/log-cache.ts";
import { openTextThreads } from "../logs/cache/text-threads.ts";
import type { FetchSettings } from "../logs/fetch/fetch-settings.ts";

/** Options for the cache of log texts. */
export interface LogTextOptions extends Omit<LogCacheOptions, "work" | "now"> {
  readonly fetch: FetchSettings;
}

/** Opens the cache of log texts for readers. Texts are fetched with the same limits as for parsing. */
export function openLogTexts({ fetch, ...options }: LogTextOptions): LogCache {
  return openLogCache({ ...options, work: openTextThreads(fetch), now: Date.now });
}

/** Returns the functions that remove log texts from this machine, when their jobs are removed or when they are old. */
export function logTextRemoval(settings: Pick<Settings, "DATA_DIR" | "LOG_CACHE_MAX_BYTES">) {
  const folder = logTextFolder(settings.DATA_DIR);
  return {
    forgetTexts: async (urls: readonly string[]): Promise<void> => {
      if (existsSync(folder)) await forgetTexts(folder, urls);
    },
    evictTexts: async (): Promise<void> => {
      if (existsSync(folder)) await evictLogs(folder, settings.LOG_CACHE_MAX_BYTES, Date.now());
    },
  };
}

/** Returns the folder of the log texts. */
export function logTextFolder(dataDir: string): string {
  return join(dataDir, "log-cache");
}
