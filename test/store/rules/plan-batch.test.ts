import { describe, expect, it } from "@jest/globals";
import type { ResultSet } from "../../../src/domain/result-set.ts";
import type { StoredJob } from "../../../src/domain/stored-job.ts";
import type { Arrival } from "../../../src/store/ports/submission-store.ts";
import { firstJob } from "../../../src/store/rules/advance-job.ts";
import { LogRoom } from "../../../src/store/rules/log-room.ts";
import { type BatchPlan, planBatch } from "../../../src/store/rules/plan-batch.ts";
import { PushBook } from "../../../src/store/rules/push-book.ts";
import { anArrival, REVISION } from "../../examples.ts";

const JOB = "try/guid%2F0";
const PUSH = "try/aaaaaaaaaaaa";
const artifact = (name: string, blob: unknown = {}) => ({ name, type: "json", blob });

/** Returns room for ten more logs of each exchange of the batch. */
function roomFor(batch: readonly Arrival[]): LogRoom {
  const room = new LogRoom(10, () => 0);
  for (const exchange of room.toCount(batch)) room.note(exchange, 0);
  return room;
}

/** Returns the plan for a batch, with jobs that are already stored. */
function plan(batch: readonly Arrival[], stored: Readonly<Record<string, StoredJob>> = {}): BatchPlan {
  return planBatch(batch, new Map(Object.entries(stored)), new PushBook([]), roomFor(batch), "write");
}
const kinds = ({ outcomes }: BatchPlan): string[] => outcomes.map(({ kind }) => kind);
const storedIn = (state: string): Record<string, StoredJob> => ({
  [JOB]: firstJob(anArrival({ state }), PUSH, "earlier write"),
});

it("without a limit, any number of logs waits, and none of them has to be counted", () => {
  const logs = Array.from({ length: 50 }, (_, n) => ({ name: "builds-4h", url: `http://logs.example/${n}` }));
  const batch = [anArrival({ logs })];
  const room = new LogRoom(Number.POSITIVE_INFINITY, () => 0);
  expect(room.toCount(batch)).toEqual([]);
  const planned = planBatch(batch, new Map(), new PushBook([]), room, "write");
  const statuses = [...planned.logs.values()].map(({ parse_status }) => parse_status);
  expect(statuses).toEqual(logs.map(() => "pending"));
});

describe("one job in a batch", () => {
  it("is created if it is new, with a skeleton of its push", () => {
    const pushes = new PushBook([]);
    const made = planBatch([anArrival()], new Map(), pushes, new LogRoom(10, () => 0), "write");
    expect(kinds(made)).toEqual(["stored"]);
    expect(made.newJobs.get(JOB)).toMatchObject({ result_set: PUSH, version: 1, write_id: "write" });
    expect([...pushes.changed]).toMatchObject([[PUSH, { revision: REVISION, push_timestamp: 0 }]]);
  });

  it("is changed if it is stored in an earlier state, without writing its push again", () => {
    const push = { project: "try", rest_id: 5, revision: REVISION, short_revision: "aaaaaaaaaaaa" };
    const known: ResultSet = {
      ...{ ...push, revision_hash: REVISION, author: "a@b", push_timestamp: 5, active_status: "active" },
      ...{ order_at: 5, last_modified: "2026-01-05T10:00:00.000Z", revisions: [] },
    };
    const pushes = new PushBook([known]);
    const stored = new Map(Object.entries(storedIn("pending")));
    const changed = planBatch(
      [anArrival({ state: "running" })],
      stored,
      pushes,
      new LogRoom(10, () => 0),
      "write",
    );
    expect(kinds(changed)).toEqual(["stored"]);
    expect(changed.newJobs.size).toBe(0);
    expect(changed.changedJobs.get(JOB)).toMatchObject({ state: "running", version: 2, write_id: "write" });
    expect(pushes.changed.size).toBe(0);
  });

  it("is unchanged if it is stored in this state, and no parts are added", () => {
    const again = anArrival({ state: "running", extra: { artifacts: [artifact("new")] } });
    const same = plan([again], storedIn("running"));
    expect(kinds(same)).toEqual(["unchanged"]);
    expect([same.changedJobs.size, same.artifacts.size]).toEqual([0, 0]);
  });

  it("is unchanged if it is stored in a later state, but the parts of the late message are added", () => {
    const late = anArrival({ state: "running", extra: { artifacts: [artifact("new")] } });
    const kept = plan([late], storedIn("completed"));
    expect(kinds(kept)).toEqual(["unchanged"]);
    expect(kept.changedJobs.size).toBe(0);
    expect([...kept.artifacts.values()]).toMatchObject([{ job: JOB, artifact: { name: "new" } }]);
  });

  it("is rejected if no push has its revision hash, and nothing of it is written", () => {
    const { submission, ...rest } = anArrival({ extra: { artifacts: [artifact("x")] } });
    const named = { ...submission, revision: null, revision_hash: "c".repeat(40) };
    const refused = plan([{ ...rest, submission: named }]);
    expect(refused.outcomes).toEqual([
      {
        kind: "rejected",
        fault: { reason: "unknown-revision-hash", project: "try", revisionHash: "c".repeat(40) },
      },
    ]);
    expect([refused.newJobs.size, refused.artifacts.size]).toEqual([0, 0]);
  });
});

describe("several messages of one job in a batch", () => {
  const states = ["pending", "running", "completed"];

  it("create it once, in its last state, with all transitions", () => {
    const made = plan(states.map((state) => anArrival({ state })));
    expect(kinds(made)).toEqual(["stored", "stored", "stored"]);
    expect(made.changedJobs.size).toBe(0);
    expect(made.newJobs.get(JOB)).toMatchObject({
      state: "completed",
      version: 3,
      transitions: [{ state: "pending" }, { state: "running" }, { state: "completed" }],
    });
  });

  it("change a stored job once", () => {
    const changed = plan(
      states.map((state) => anArrival({ state })),
      storedIn("pending"),
    );
    expect(kinds(changed)).toEqual(["unchanged", "stored", "stored"]);
    expect([...changed.changedJobs.values()]).toMatchObject([{ state: "completed", version: 3 }]);
  });

  it("have the same outcomes and lead to the same job, wherever the batch ends", () => {
    const messages = ["running", "pending", "completed", "completed", "running"].map((state) =>
      anArrival({ state }),
    );
    const whole = plan(messages);
    for (let cut = 1; cut < messages.length; cut++) {
      const first = plan(messages.slice(0, cut));
      const between = Object.fromEntries(first.newJobs);
      const second = plan(messages.slice(cut), between);
      expect([...kinds(first), ...kinds(second)]).toEqual(kinds(whole));
      expect({ ...between[JOB], ...second.changedJobs.get(JOB) }).toEqual(whole.newJobs.get(JOB));
    }
  });

  it("keep the first artifact of each name, and every different `Job Info`", () => {
    const parts = plan([
      anArrival({ state: "pending", extra: { artifacts: [artifact("x", 1)] }, jobInfo: { summary: "one" } }),
      anArrival({ state: "running", extra: { artifacts: [artifact("x", 2)] }, jobInfo: { summary: "two" } }),
      anArrival({ state: "completed", jobInfo: { summary: "two" } }),
    ]);
    const kept = [...parts.artifacts.values()].map(
      ({ artifact: { name, blob } }) => `${name} ${blob.length}`,
    );
    expect(kept.filter((line) => line.startsWith("x"))).toEqual(["x 1"]);
    expect(kept.filter((line) => line.startsWith("Job Info"))).toHaveLength(2);
  });
});

describe("the parts of a job", () => {
  it("a pending log is due immediately if the worker reads it", () => {
    const logs = ["buildbot_text", "errorsummary_json"].map((name) => ({
      name,
      url: `http://l.example/${name}`,
    }));
    const planned = [...plan([anArrival({ logs })]).logs.values()];
    expect(planned).toMatchObject([
      { name: "buildbot_text", host: "l.example", next_attempt_at: "2026-01-05T10:00:00.000Z" },
      { name: "errorsummary_json", next_attempt_at: null },
    ]);
  });

  it("a submitted summary is work only if it came without suggestions", () => {
    const summary = artifact("text_log_summary", { step_data: {}, logname: "custom" });
    const alone = plan([anArrival({ extra: { artifacts: [summary] } })]);
    expect([...alone.suggestions.values()]).toMatchObject([{ job_guid: "guid/0" }]);
    expect(alone.summarised).toEqual([{ job: JOB, logName: "custom", newLogs: 0 }]);
    const both = [summary, artifact("Bug suggestions", [])];
    expect(plan([anArrival({ extra: { artifacts: both } })]).suggestions.size).toBe(0);
  });

  it("a log is parsed if the summary that names it comes with it or after it, but not if the summary came before", () => {
    const summary = artifact("text_log_summary", { logname: "live", step_data: { all_errors: [] } });
    const summarised = { extra: { artifacts: [summary] } };
    const log = { logs: [{ name: "live", url: "http://logs.example/1" }] };
    const statusOf = (...batch: readonly Arrival[]) =>
      [...plan(batch).logs.values()].map(({ parse_status }) => parse_status);
    const first = (given: object) => anArrival({ state: "running", ...given });
    expect(statusOf(anArrival({ ...log, ...summarised }))).toEqual(["parsed"]);
    expect(statusOf(first(log), anArrival(summarised))).toEqual(["parsed"]);
    expect(statusOf(first(summarised), anArrival(log))).toEqual(["pending"]);
    expect(statusOf(first(log), anArrival({ taskId: "other/0", ...summarised }))).toEqual(["pending"]);
  });

  it("guids are compared by code point, as the stores do", () => {
    const into = (job_guid: string): Arrival => {
      const { submission, ...rest } = anArrival({ coalesced: ["folded/0"] });
      return { ...rest, submission: { ...submission, job: { ...submission.job, job_guid } } };
    };
    for (const order of [
      ["\uffff", "\u{1f600}"],
      ["\u{1f600}", "\uffff"],
    ])
      expect([...plan(order.map(into)).coalesced.values()]).toEqual(["\u{1f600}"]);
  });

  it("a job that two others name as coalesced belongs to the one with the greater guid", () => {
    const into = (taskId: string) => anArrival({ taskId, coalesced: ["folded/0"] });
    for (const order of [
      ["b/0", "a/0"],
      ["a/0", "b/0"],
    ])
      expect([...plan(order.map(into)).coalesced]).toEqual([["try/folded%2F0", "b/0"]]);
  });
});
