import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { readConditions } from "../../../src/queries/api/conditions.ts";
import { jobFields, toTodaysJobRow } from "../../../src/queries/api/job-row.ts";
import { listJobs } from "../../../src/queries/api/list-jobs.ts";
import { createNameNumbers } from "../../../src/queries/api/name-numbers.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { anArrival } from "../../examples.ts";

const [SLUG, UUID] = ["fJhBlPyZTLKrsXAv8oEXpQ", "7c984194-fc99-4cb2-abb1-702ff28117a5"];
const folder = mkdtempSync(join(tmpdir(), "list-jobs-"));
let store: Store;
beforeAll(async () => {
  store = await openSqliteStore(folder, 30);
  const guids = [`${UUID}/0`, `${SLUG}/1`, "other/0"];
  await store.storeSubmissions(guids.map((taskId) => anArrival({ taskId })));
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

it.each([
  [`${UUID}/3`, SLUG, 3],
  [`${SLUG}/0`, SLUG, 0],
  [SLUG, SLUG, 0],
  [`${UUID}/4_12345`, SLUG, 4],
  ["other/12_54321", "other", 12],
  ["of/b2g_12345", "of/b2g_12345", 0],
  ["buildbot_12345", "buildbot_12345", 0],
])("the job %s belongs to the task %s, run %i", async (job_guid, task_id, retry_id) => {
  const [listed] = await store.readListed(await store.pageOfProject("try", 0, 1));
  if (listed === undefined) throw new Error("the project has no job");
  const row = toTodaysJobRow({ ...listed, job: { ...listed.job, job_guid } }, createNameNumbers());
  expect(row).toMatchObject({ task_id, retry_id });
});

it.each([
  [`task_id=${UUID}`, [`${UUID}/0`, `${SLUG}/1`]],
  [`task_id__in=${UUID},nobody`, [`${UUID}/0`, `${SLUG}/1`]],
  [`task_id__in=${UUID.toUpperCase()},other`, [`${UUID}/0`, `${SLUG}/1`, "other/0"]],
  [`task_id__ne=${UUID}`, ["other/0"]],
  [`task_id__nin=${SLUG},nobody`, ["other/0"]],
  [`job_guid__in=${UUID}/0,other/0&task_id=${UUID}`, [`${UUID}/0`]],
])("a task is found by its slug and by its UUID: %s", async (query, guids) => {
  const conditions = readConditions(new URLSearchParams(query), jobFields);
  const found = await listJobs(store, "try", conditions, { offset: 0, count: 10 });
  expect(found.map(({ job }) => job.job_guid)).toEqual(guids);
});
