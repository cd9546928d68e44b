import { join } from "node:path";
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

/** Returns the folder of the texts of logs. */
export function logTextFolder(dataDir: string): string {
  return join(dataDir, "log-cache");
}
