import { createServer } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import * as z from "zod";
import type { Store } from "../src/store/ports/store.ts";

const marker = (word: string, second: string): string =>
  `========= ${word} run tests (results: 1, elapsed: 6 secs) (at 2026-01-05 10:09:${second}.000000) =========`;

const errorLine = "TEST-UNEXPECTED-FAIL | dom/tests/test_window.html | expected 3, got 4";

const log = [
  marker("Started", "20"),
  "10:09:21     INFO -  TEST-START | dom/tests/test_window.html",
  `10:09:24     INFO -  ${errorLine}`,
  "10:09:25     INFO -  TinderboxPrint: mochitest<br/>211/1/0",
  marker("Finished", "26"),
].join("\n");

export interface LogHost {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the sample log, compressed with gzip, on a free port of this machine. */
export async function serveLog(): Promise<LogHost> {
  const server = createServer((_request, response) => response.end(gzipSync(`${log}\n`)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the log host has no port");
  return {
    url: `http://127.0.0.1:${address.port}/live_backing.log.gz`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const READ_WITHIN_MS = 30_000;

const summaryBlob = z.object({
  step_data: z.object({
    steps: z.array(z.object({ name: z.string(), result: z.string(), duration: z.number().nullable() })),
    all_errors: z.array(z.object({ linenumber: z.number(), line: z.string() })),
  }),
});

/** Waits until a job's log has been read, and prints its artifacts. Returns true if they are as expected. */
export async function tellLog(
  store: Store,
  project: string,
  guid: string,
  say: (line: string) => void,
): Promise<boolean> {
  const giveUpAt = Date.now() + READ_WITHIN_MS;
  let view = await store.findJob(project, guid);
  while (view?.logs[0]?.parse_status !== "parsed" && Date.now() < giveUpAt) {
    await wait(100);
    view = await store.findJob(project, guid);
  }
  const [read] = view?.logs ?? [];
  if (view === null || read?.parse_status !== "parsed") {
    say(`\nThe log of ${guid} was not read: ${read?.failure ?? "it is still waiting to be read"}`);
    return false;
  }
  const artifact = await store.findArtifact(project, guid, "text_log_summary");
  const { steps, all_errors } = summaryBlob.parse(JSON.parse(artifact?.blob ?? "null")).step_data;
  say(`\nThe log of ${guid} was fetched from ${read.url} and parsed. The job's artifacts are now:`);
  say(`  ${view.artifacts.join(", ")}`);
  for (const { name, result, duration } of steps) say(`  step "${name}": ${result}, ${duration} s`);
  for (const { linenumber, line } of all_errors) say(`  line ${linenumber}: ${line}`);
  const names = ["text_log_summary", "Job Info", "Bug suggestions"];
  return (
    names.every((name) => view.artifacts.includes(name)) &&
    all_errors.length === 1 &&
    all_errors[0]?.line.includes(errorLine) === true
  );
}
