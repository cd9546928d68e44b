import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import type { Rejection } from "../../../src/domain/rejection.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { defaultStoreLimits } from "../../../src/store/rules/store-limits.ts";
import { anArrival } from "../../examples.ts";
import { type CliRun, runCli } from "../run-cli.ts";

jest.setTimeout(180_000);

const folder = mkdtempSync(join(tmpdir(), "explain-"));
const explain = (...args: readonly string[]): Promise<CliRun> =>
  runCli(["explain", ...args], { DATA_DIR: join(folder, "data") });

const rejection: Rejection = {
  fault: {
    reason: "schema-violation",
    violations: [{ pointer: "/state", keyword: "enum", message: "is odd" }],
  },
  route: { origin: "pulse", exchange: "exchange/publisher/jobs", routing_key: "treeherder.try" },
  project: "try",
  task_id: "task/1",
  payload: { encoding: "json", content: "{}", bytes: 2, sha256: "00", truncated: false, blanked: false },
  received_at: new Date().toISOString(),
};

/** Stores a task with two runs, of which the second was rejected, and a job with the same guid in another project. */
beforeAll(async () => {
  const store = await openStore({
    mongodbUrl: null,
    dataDir: join(folder, "data"),
    rejectionTtlDays: 30,
  });
  const logs = [{ name: "buildbot_text", url: "http://h/log" }];
  const elsewhere = { origin: { kind: "hg.mozilla.org", project: "autoland", revision: "b".repeat(40) } };
  await store.storeSubmissions([
    anArrival({ taskId: "task/0", logs }),
    anArrival({ taskId: "task/0", ...elsewhere }),
  ]);
  await store.recordRejections([rejection]);
  await store.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("shows every run of a task, and its rejections", async () => {
  const { code, stdout, stderr } = await explain("task");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^task\/0 in autoland: completed, success$/m);
  expect(stdout).toMatch(/^task\/0 in try: completed, success$/m);
  expect(stdout).toMatch(/buildbot_text +pending +0 /);
  expect(stdout).toMatch(/^ {2}task\/1 in try: schema-violation, once, /m);
  expect(stdout).toMatch(/\/state +is odd \[enum\]/);
});

it("shows one run, in one project if a project is given", async () => {
  const { code, stdout } = await explain("task/0", "--project", "try");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^task\/0 in try/);
  expect(stdout).not.toMatch(/autoland|Rejected/);
});

it("a job that was only rejected is found", async () => {
  expect(await explain("task/1")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Rejected\n/) });
});

it("prints one JSON object, without the payloads", async () => {
  const { code, stdout } = await explain("task", "--json");
  expect(code).toBe(0);
  expect(stdout.trim().split("\n")).toHaveLength(1);
  const told = JSON.parse(stdout);
  expect(told).toMatchObject({
    ...{ guid: "task", project: null, store: expect.stringContaining("sqlite") },
    jobs: [
      { job: { project: "autoland" } },
      { job: { project: "try" }, logs: [{ parse_status: "pending" }] },
    ],
    rejections: [{ task_id: "task/1", count: 1, fault: rejection.fault }],
  });
  expect(told.rejections[0]).not.toHaveProperty("payload");
});

it("ends with exit code 1, and says what to check next, if nothing is found", async () => {
  for (const args of [["nobody"], ["task/1", "--project", "autoland"]]) {
    expect(await explain(...args)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^Nothing is known of .*sqlite.*\nWhat to check next:\n/),
    });
  }
  expect(JSON.parse((await explain("nobody", "--json")).stdout)).toMatchObject({ jobs: [], rejections: [] });
});

it("says that an unknown job may be among the rejections that were not kept because the quota was full", async () => {
  const dataDir = join(folder, "quota");
  const limits = { ...defaultStoreLimits, rejectionQuota: { perDay: 1, bytesPerDay: 1e6 } };
  const store = await openStore({ mongodbUrl: null, dataDir, rejectionTtlDays: 30, limits });
  const others = ["01", "02", "03"].map((sha256) => ({
    ...rejection,
    payload: { ...rejection.payload, sha256 },
  }));
  const quota = "exchange/publisher/jobs";
  await store.recordRejections([rejection, ...others].map((each) => ({ ...each, quota })));
  await store.close();
  const day = rejection.received_at.slice(0, 10);
  const { stdout } = await runCli(["explain", "nobody"], { DATA_DIR: dataDir });
  expect(stdout).toMatch(new RegExp(`only counted.*\n {6}${day} {2}exchange/publisher/jobs: 3\n$`));
  const json = await runCli(["explain", "nobody", "--json"], { DATA_DIR: dataDir });
  expect(JSON.parse(json.stdout).only_counted).toEqual([{ day, exchange: quota, messages: 3 }]);
  const known = await runCli(["explain", "task/1", "--json"], { DATA_DIR: dataDir });
  expect(JSON.parse(known.stdout).only_counted).toEqual([]);
});

it("creates no store if there is none, and says so", async () => {
  const run = await runCli(["explain", "x"], { DATA_DIR: join(folder, "nowhere") });
  expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining("there is no store in ") });
  expect(existsSync(join(folder, "nowhere"))).toBe(false);
});

it("an empty guid, such as that of an unset variable, is refused", async () => {
  for (const guid of ["", " "]) {
    const { code, stderr } = await explain(guid);
    expect([code, stderr]).toEqual([2, expect.stringContaining("the guid must not be empty")]);
  }
});
