import { workerData } from "node:worker_threads";
import { giveWay } from "../../threads/give-way.ts";
import { serveThread } from "../../threads/serve-thread.ts";
import { openHttpLogSource } from "../fetch/http-log-source.ts";
import { type ConnectQuestion, connectAnswer, parseTask, threadSettings } from "./parse-thread-messages.ts";
import { readLog } from "./read-log.ts";

// The code of a worker thread, which `parse-thread.ts` starts. It fetches, inflates and parses whole logs, so that the main
// thread does none of that.
giveWay();
const { fetch, limits } = threadSettings.parse(workerData);

serveThread((ask) => {
  const source = openHttpLogSource({
    ...fetch,
    async admit(addresses, port) {
      return connectAnswer.parse(await ask({ addresses: [...addresses], port } satisfies ConnectQuestion));
    },
  });
  return async (task) => {
    const { url } = parseTask.parse(task);
    return readLog(() => source.open(url), url, limits);
  };
});
