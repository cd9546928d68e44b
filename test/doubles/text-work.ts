import { fetchIntoCache } from "../../src/logs/cache/fetch-into-cache.ts";
import { findErrors } from "../../src/logs/cache/find-errors.ts";
import { findInFile } from "../../src/logs/cache/find-in-file.ts";
import type { TextWork } from "../../src/logs/cache/text-threads.ts";
import type { FetchSettings } from "../../src/logs/fetch/fetch-settings.ts";
import { openHttpLogSource } from "../../src/logs/fetch/http-log-source.ts";

/** Fetches and searches texts in the test's own thread, so that nothing has to be compiled. */
export function workHere(fetch: FetchSettings): TextWork {
  const source = openHttpLogSource(fetch);
  return {
    fetchText: (task, stop, onBytes) => fetchIntoCache(task, source, stop, onBytes),
    findText: async (path, question) => findInFile(path, question),
    findErrors: async (path) => findErrors(path),
    close: () => source.close(),
  };
}
