import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "../config/settings.ts";
import { evictLogs } from "../logs/cache/evict-logs.ts";
import { forgetTexts } from "../logs/cache/forget-texts.ts";
import { type LogCache, type LogCacheOptions, openLogCache } from "../logs/cache/log-cache.ts";
import { openTextThreads } from "../logs/cache/text-threads.ts";
import type { FetchSettings } from "../logs/fetch/fetch-settings.ts";

/** Where and how the texts of logs are kept for readers. */
export interface LogTextOptions extends Omit<LogCacheOptions, "work" | "now"> {
  readonly fetch: FetchSettings;
}

/** Opens the texts of logs for readers, who fetch them within the limits that hold for parsing. */
export function openLogTexts({ fetch, ...options }: LogTextOptions): LogCache {
  return openLogCache({ ...options, work: openTextThreads(fetch), now: Date.now });
}

/** Returns how texts of logs on this machine are removed, when their jobs are or when they are old. */
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

/** Returns the folder of the texts of logs. */
export function logTextFolder(dataDir: string): string {
  return join(dataDir, "log-cache");
}
