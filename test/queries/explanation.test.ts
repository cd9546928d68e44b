import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { renderExplanation } from "../../src/cli/output/render-explanation.ts";
import type { Fault } from "../../src/domain/faults.ts";
import { type Explanation, explanationOf } from "../../src/queries/explanation.ts";
import type { ExplainedJob } from "../../src/store/ports/job-reads.ts";
import type { StoredLog } from "../../src/store/ports/log-store.ts";
import { advanceJob, firstJob } from "../../src/store/rules/advance-job.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { anArrival, aRejection, EXCHANGE, REVISION, through } from "../examples.ts";

function aJob(overrides: Partial<ExplainedJob> = {}, message: object = {}): ExplainedJob {
  const push = { project: "try", rest_id: 1, revision: REVISION, short_revision: REVISION.slice(0, 12) };
  return {
    job: firstJob(anArrival({ ...message }), "try/aaaaaaaaaaaa", "w"),
    result_set: {
      ...push,
      revision_hash: REVISION,
      author: "a@b",
      push_timestamp: 0,
      order_at: 5,
      last_modified: "2026-01-05T10:00:00.000Z",
      active_status: "active",
      revisions: [],
    },
    coalesced_to: null,
    logs: [],
    artifacts: [],
    suggestions: [],
    ...overrides,
  };
}

function aLog(overrides: Partial<StoredLog>): StoredLog {
  const log = { id: "l", project: "try", job_guid: "guid/0", name: "buildbot_text", url: "http://h/log" };
  const status = { parse_status: "pending", attempts: 0, next_attempt_at: null, failure: null } as const;
  return { ...log, ...status, last_modified: "2026-01-05T10:00:00.000Z", ...overrides };
}

const rendered = (parts: Partial<Explanation>): string =>
  renderExplanation({
    guid: "guid/0",
    project: null,
    store: "sqlite (x)",
    jobs: [],
    rejections: [],
    only_counted: [],
    ...parts,
  });

/** Returns the cells of the line that contains all of these words. */
function line(text: string, ...words: readonly string[]): string[] {
  const found = text.split("\n").filter((each) => words.every((word) => each.includes(word)));
  expect({ words, found: found.length, text }).toMatchObject({ found: 1 });
  return (found[0] ?? "").trim().split(/ {2,}/);
}

describe("a job", () => {
  it("that was changed through another exchange says so", () => {
    const { job, ...rest } = aJob({}, { state: "running", result: undefined });
    const advance = advanceJob(job, through("exchange/other/\u202ejobs", anArrival()), job.result_set, "w");
    if (advance.kind !== "update") throw new Error("it moves on");
    const text = rendered({ jobs: [{ job: { ...job, ...advance.changes }, ...rest }] });
    expect(text).toContain(
      "The job came through exchange/publisher/jobs first, and was then changed through exchange/other/\\u202ejobs. To limit who may change it, see accept_projects",
    );
    expect(rendered({ jobs: [aJob()] })).not.toContain("changed through");
  });

  it("is shown with each state, its origin, and whether it was redelivered", () => {
    const { job, ...rest } = aJob({}, { state: "running", result: undefined });
    const origin = {
      kind: "pulse",
      exchange: EXCHANGE,
      routingKey: "treeherder.try",
      redelivered: true,
    } as const;
    const next = { ...anArrival(), origin, received_at: "2026-01-05T11:00:00.000Z" };
    const advance = advanceJob(job, next, job.result_set, "w");
    if (advance.kind !== "update") throw new Error("it moves on");
    const text = rendered({ jobs: [{ job: { ...job, ...advance.changes }, ...rest }] });
    expect(text).toMatch(/^guid\/0 in try: completed, success\n/);
    const route = ["exchange/publisher/jobs", "treeherder.try"];
    expect(line(text, "running")).toEqual([
      "2026-01-05T10:00:00.000Z",
      expect.stringMatching(/^running/),
      "stored",
      ...route,
      "no",
    ]);
    expect(line(text, "11:00:00")).toEqual([
      "2026-01-05T11:00:00.000Z",
      "completed, success",
      "stored",
      ...route,
      "yes",
    ]);
  });

  it.each<[string, Partial<ExplainedJob>, RegExp]>([
    [
      "of a push that has not been submitted",
      {},
      /^ {2}result set +try\/a{12}: a skeleton, because its push has not been/m,
    ],
    ["whose result set is gone", { result_set: null }, /^ {2}result set +try\/a{12}: gone$/m],
    ["that was coalesced", { coalesced_to: "winner/0" }, /^ {2}coalesced into +winner\/0$/m],
    ["without logs", {}, /^ {2}logs: none$/m],
    ["without artifacts", {}, /^ {2}artifacts: none$/m],
    [
      "with a submitted artifact",
      { artifacts: [{ name: "x", made_by: ["message"] }] },
      /^ {4}x {2}sent by the publisher$/m,
    ],
    [
      "with artifacts that were made by the worker",
      {
        artifacts: [
          { name: "s", made_by: ["log"] },
          { name: "b", made_by: ["summary"] },
        ],
      },
      /^ {4}s {2}generated from the log\n {4}b {2}generated from the submitted summary$/m,
    ],
    [
      "with two Job Info artifacts",
      { artifacts: [{ name: "Job Info", made_by: ["message", "log"] }] },
      /Job Info {2}sent by the publisher; generated from the log$/m,
    ],
    [
      "with an artifact of an earlier version",
      { artifacts: [{ name: "x", made_by: [] }] },
      /x {2}unknown: stored by an older version$/m,
    ],
    [
      "whose log failed and is retried",
      {
        logs: [
          aLog({
            parse_status: "failed",
            attempts: 2,
            next_attempt_at: "2026-01-05T12:00:00.000Z",
            failure: "timeout: late",
          }),
        ],
      },
      /buildbot_text {2}failed +2 +2026-01-05T12:00:00.000Z {2}http:\/\/h\/log {2}timeout: late$/m,
    ],
    [
      "with a log that the worker does not read",
      { logs: [aLog({ name: "errorsummary_json" })] },
      /pending +0 +not read here/,
    ],
    [
      "whose suggestions are pending",
      { suggestions: [{ attempts: 1, next_attempt_at: "2026-01-05T12:00:00.000Z", failure: "store" }] },
      /after 1 attempt {2}next attempt 2026-01-05T12:00:00.000Z {2}store$/m,
    ],
    [
      "whose suggestions have failed",
      { suggestions: [{ attempts: 9, next_attempt_at: null, failure: "artifact-too-large: x" }] },
      /after 9 attempts {2}failed for good {2}artifact-too-large: x$/m,
    ],
  ])("%s", (_case, beside, shown) => {
    expect(rendered({ jobs: [aJob(beside)] })).toMatch(shown);
  });

  it("of a submitted push is shown with author and time, and with its own times", () => {
    const job = aJob({}, { timeStarted: "2026-01-05T09:00:00Z" });
    const push = { push_timestamp: 1_767_600_000, revisions: [] };
    const text = rendered({
      jobs: [{ ...job, result_set: job.result_set && { ...job.result_set, ...push } }],
    });
    expect(text).toMatch(/complete, 0 revisions pushed by a@b at 2026-01-05T08:00:00Z$/m);
    expect(text).toMatch(/^ {2}times +.*started 2026-01-05T09:00:00Z/m);
  });

  it("is shown with the refused parts of its messages", () => {
    const { job, ...rest } = aJob();
    const refused = [{ what: 'artifact "x"', reason: "has no blob" }];
    expect(rendered({ jobs: [{ job: { ...job, refused }, ...rest }] })).toMatch(
      /^ {4}artifact "x" {2}has no blob$/m,
    );
  });
});

describe("a rejection", () => {
  const rejection = {
    ...{
      id: "r1",
      task_id: "guid/0",
      project: "try",
      origin: "pulse" as const,
      exchange: "e",
      routing_key: "k",
      count: 1,
    },
    first_seen: "2026-01-05T10:00:00.000Z",
    last_seen: "2026-01-05T11:00:00.000Z",
    expires_at: "2026-02-05T11:00:00.000Z",
  };

  it.each<[Fault, RegExp]>([
    [
      { reason: "schema-violation", violations: [{ pointer: "/state", keyword: "enum", message: "is odd" }] },
      /schema-violation, once, at 2026-01-05T11.*\n {4}from +e, routing key k\n {4}\/state +is odd \[enum\]\n/,
    ],
    [
      { reason: "unreadable-time", pointer: "/timeStarted", value: "soon" },
      /\/timeStarted +not a date-time: "soon"/,
    ],
    [{ reason: "malformed-body", detail: "not JSON" }, /\(whole\) +not JSON; .* \[malformed-body\]/],
  ])("is shown with what is wrong and where: %j", (fault, shown) => {
    const text = rendered({ rejections: [{ ...rejection, fault }] });
    expect(text).toMatch(shown);
    expect(text).toContain("pulse-ingest rejections show r1");
  });

  it("that was repeated is shown with its count and times", () => {
    const fault: Fault = { reason: "malformed-body", detail: "x" };
    const text = rendered({ rejections: [{ ...rejection, count: 3, project: null, fault }] });
    expect(text).toContain(
      "guid/0 in an unreadable project: malformed-body, 3 times, first at 2026-01-05T10:00:00.000Z, last at",
    );
  });
});

it("rejections of other projects do not hide older ones of the requested project", async () => {
  const folder = mkdtempSync(join(tmpdir(), "explanation-"));
  const store = await openSqliteStore(folder, 30);
  const nowMs = Date.now();
  const rejected = (project: string | null, secondsAgo: number) =>
    aRejection(`${project} ${secondsAgo}`, {
      project,
      task_id: "guid/0",
      received_at: new Date(nowMs - 1000 * secondsAgo).toISOString(),
    });
  const others = Array.from({ length: 5 }, (_, seconds) => rejected("other", seconds));
  await store.recordRejections([...others, rejected("try", 9), rejected(null, 1.5), rejected("try", 7)]);
  const projectsOf = async (listed: number) =>
    (await explanationOf(store, "guid/0", "try", listed)).rejections.map(({ project }) => project);
  expect(await projectsOf(1)).toEqual(["try"]);
  expect(await projectsOf(3)).toEqual([null, "try", "try"]);
  expect(await projectsOf(100)).toEqual([null, "try", "try"]);
  await store.close();
  rmSync(folder, { recursive: true });
});

it("an unknown job is reported with the store that was asked and what to check next", () => {
  expect(rendered({ project: "try" })).toMatch(
    /^Nothing is known of guid\/0 in project try: .* sqlite \(x\)\.\nWhat to check next:\n( {2}- .+\n){5,}$/,
  );
});

it("untrusted text moves no cursor and forges no line", () => {
  const odd = "x\u001b[2Jy\nguid/1 in try: completed";
  const text = rendered({
    guid: odd,
    jobs: [aJob({ coalesced_to: odd, artifacts: [{ name: odd, made_by: [] }], logs: [aLog({ url: odd })] })],
  });
  expect(text).toContain("x\\u001b[2Jy\\u000aguid/1");
  expect(text).not.toContain("\u001b");
  expect(text).not.toMatch(/^guid\/1/m);
  expect(rendered({ guid: odd })).not.toContain("\u001b");
});
