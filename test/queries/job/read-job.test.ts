import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { readJob } from "../../../src/queries/job/read-job.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { anArrival, aRejection, overRest } from "../../examples.ts";

const folder = mkdtempSync(join(tmpdir(), "read-job-"));
let store: Store;
const read = (guid: string) =>
  readJob(
    store,
    { project: "try", guid },
    { bugAddress: "https://bugs.example/", withSimilar: true, nowMs: 0 },
  );

beforeAll(async () => {
  store = await openSqliteStore(folder, 30);
  const links = [{ label: "see", linkText: "http://me:geheim@h/", url: "http://me:geheim@h/" }];
  const artifacts = [
    { name: "mine", type: "text", blob: "see http://me:geheim@h/?token=geheim" },
    {
      name: "text_log_summary",
      type: "json",
      blob: { step_data: { steps: [], all_errors: [{ line: "a", linenumber: 3 }] } },
    },
    {
      name: "Bug suggestions",
      type: "json",
      blob: [{ search: "a", bugs: { open_recent: [], all_others: [] } }],
    },
  ];
  await store.storeSubmissions([
    overRest(anArrival({ taskId: "task/0", jobInfo: { summary: "2 passed", links }, extra: { artifacts } })),
    anArrival({ taskId: "task/1", extra: { artifacts: [{ name: "odd" }] } }),
  ]);
});

afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the answer for a job", () => {
  it("contains what all tabs show", async () => {
    const { shown } = await read("task/0");
    expect(shown).toMatchObject({
      job: { job_guid: "task/0", state: "completed", result: "success" },
      details: [{ title: "Summary", value: "2 passed" }, { title: "see" }],
      failures: { lines: [{ search: "a", line_numbers: [3] }] },
      data: [
        { name: "Job Info" },
        { name: "mine" },
        { name: "text_log_summary" },
        { name: "Bug suggestions" },
      ],
      bug_address: "https://bugs.example/",
      read_at: "1970-01-01T00:00:00.000Z",
    });
  });

  it("names parts of the message that were refused", async () => {
    const { shown } = await read("task/1");
    expect(shown?.history.refused).toEqual([{ what: "artifact 0", reason: '"odd" has no type' }]);
  });

  it("shows no password, and no client of the REST API", async () => {
    const { shown } = await read("task/0");
    const text = JSON.stringify(shown);
    expect(text).not.toContain("geheim");
    expect(text).not.toContain("client-a");
    expect(shown?.history.transitions).toMatchObject([
      { from: "a REST client", by: "/api/project/try/jobs/" },
    ]);
  });
});

it("includes rejected messages of the same task, with the place of each error", async () => {
  const fault = { reason: "unreadable-time", pointer: "/timeStarted", value: "yesterday" } as const;
  const route = { origin: "rest", client_id: "client-a", endpoint: "/api/project/try/jobs/" } as const;
  await store.recordRejections([
    aRejection("a", { fault, task_id: "task/1", project: "try", route }),
    aRejection("b", { fault, task_id: "task/1", project: "other" }),
    aRejection("c", { task_id: "other/1" }),
  ]);
  const { shown } = await read("task/1");
  expect(shown?.history.rejections).toMatchObject([
    {
      reason: "unreadable-time",
      count: 1,
      from: "a REST client, /api/project/try/jobs/",
      errors: [{ pointer: "/timeStarted", message: expect.stringContaining('"yesterday"') }],
    },
  ]);
  expect(shown?.history.has_more_rejections).toBe(false);
});

it("includes jobs of the same kind, without the job itself", async () => {
  const { shown } = await read("task/0");
  expect(shown?.similar).toMatchObject([{ guid: "task/1", state: "completed", result: "success" }]);
});

it("names the runs of a task that is not a job itself", async () => {
  expect(await read("task")).toEqual({ shown: null, runs: ["task/0", "task/1"] });
  expect(await read("other/0")).toEqual({ shown: null, runs: [] });
});
