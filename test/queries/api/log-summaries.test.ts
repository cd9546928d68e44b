import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { pageOfLines, pageOfSummaries } from "../../../src/queries/api/log-summaries.ts";
import type { Arrival } from "../../../src/store/ports/submission-store.ts";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { aClaim, anArrival } from "../../examples.ts";

const START = { log: null, lines: 0 };
const summary = {
  name: "text_log_summary",
  type: "json",
  blob: '{"step_data":{"all_errors":[{"line":"boom"}]}}',
};

it("a summary is listed by the time when its log was read, not by the arrival of another log that was already parsed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "log-summaries-"));
  const store = await openSqliteStore(folder, 30);
  const logs = [
    { name: "buildbot_text", url: "https://logs.example/1" },
    { name: "builds-4h", url: "https://logs.example/2" },
  ] as const;
  const stored = (guid: string, statuses: readonly ("pending" | "parsed")[]): Arrival => {
    const { submission, ...rest } = anArrival({ taskId: guid });
    const references = statuses.map((parse_status, at) => ({ ...(logs[at] ?? logs[0]), parse_status }));
    return { ...rest, submission: { ...submission, logs: references } };
  };
  await store.storeSubmissions([stored("first/0", ["pending"])]);
  for (const item of await store.claimWork(aClaim())) await store.finishWork(item, [summary]);
  await store.storeSubmissions([stored("last/0", ["pending", "parsed"]), stored("never/0", ["parsed"])]);
  for (const item of await store.claimWork(aClaim())) await store.finishWork(item, [summary]);
  const { rows } = await pageOfSummaries(store, START);
  expect(rows.map(({ job_guid }) => job_guid)).toEqual(["last/0", "first/0"]);
  await store.close();
  rmSync(folder, { recursive: true });
});

it("the summary of a job is listed once, although several of its logs were read", async () => {
  const folder = mkdtempSync(join(tmpdir(), "log-summaries-"));
  const store = await openSqliteStore(folder, 30);
  const names = ["buildbot_text", "builds-4h", "builds-4h"];
  const logs = names.map((name, at) => ({ name, url: `https://logs.example/${at}` }));
  await store.storeSubmissions([anArrival({ logs }), anArrival({ taskId: "other/0", logs: logs.slice(1) })]);
  const all_errors = [{ line: "boom", linenumber: 7 }];
  for (const item of await store.claimWork(aClaim())) {
    const blob = JSON.stringify({ step_data: { all_errors } });
    await store.finishWork(item, [{ name: "text_log_summary", type: "json", blob }]);
  }
  const summaries = await pageOfSummaries(store, START);
  expect(summaries.rows.map(({ job_guid }) => job_guid).toSorted()).toEqual(["guid/0", "other/0"]);
  expect(summaries.next).toBeNull();
  expect((await pageOfLines(store, START)).rows).toHaveLength(2);
  await store.close();
  rmSync(folder, { recursive: true });
});
