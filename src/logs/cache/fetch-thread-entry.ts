import { workerData } from "node:worker_threads";
import { giveWay } from "../../threads/give-way.ts";
import { serveThread } from "../../threads/serve-thread.ts";
import { fetchSettings } from "../fetch/fetch-settings.ts";
import { openHttpLogSource } from "../fetch/http-log-source.ts";
import { fetchIntoCache } from "./fetch-into-cache.ts";
import { fetchTask } from "./text-thread-messages.ts";

// The code of a thread that fetches, inflates and indexes the texts of logs for readers. `text-threads.ts` starts it.
giveWay();
const source = openHttpLogSource(fetchSettings.parse(workerData));

serveThread((ask) => (task) => {
  // This signal never aborts. A fetch that is no longer wanted ends with its thread.
  const { signal } = new AbortController();
  return fetchIntoCache(fetchTask.parse(task), source, signal, (bytes) => void ask(bytes));
});
