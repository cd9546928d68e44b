import { beforeEach, describe, expect, it } from "@jest/globals";
import type { Documents, JobFound, RejectionFound } from "./documents.ts";
import type { Expected } from "./expected.ts";
import { checkLaw, type LawReport, type Published } from "./law.ts";
import type { Deletion, Gap } from "./losses.ts";

const accepted = (state: "pending" | "completed"): Expected => ({
  kind: "accepted",
  job: "try/a",
  state,
  result: state === "completed" ? "success" : "unknown",
  who: `${state}@a`,
  resultSet: "try/1",
  artifacts: state === "completed" ? ["Job Info"] : [],
  logs: state === "completed" ? { "try/a/live/1": "pending" } : {},
  coalesced: [],
});
const pending = accepted("pending");
const completed = accepted("completed");
const rejected: Expected = { kind: "rejected", reason: "schema-violation", sha256: "f00" };

const published = (expected: Expected, atMs = 0): Published => ({
  message: { body: Buffer.alloc(0), jobs: [expected] },
  way: "pulse",
  sentAtMs: atMs,
  confirmedAtMs: atMs + 1,
});
/** Confirmed messages, including a duplicate, at one message per second. */
const confirmed = [pending, completed, completed, rejected, { kind: "skipped" } as const].map(
  (expected, index) => published(expected, index * 1000),
);

/** Returns correct documents, which a test then changes. */
let jobs: Map<string, JobFound>;
let artifacts: Map<string, string[]>;
let logs: Map<string, string>;
let rejections: RejectionFound[];
beforeEach(() => {
  const transitions = [{ state: "pending" }, { state: "completed" }];
  const job = { guid: "a", state: "completed", result: "success", who: "completed@a", result_set: "try/1" };
  jobs = new Map([["try/a", { ...job, version: 2, transitions }]]);
  artifacts = new Map([["try/a", ["Job Info"]]]);
  logs = new Map([["try/a/live/1", "pending"]]);
  rejections = [{ reason: "schema-violation", sha256: "f00", count: 1 }];
});

function law(
  queue: { deletions: Deletion[]; gaps: Gap[] } = { deletions: [], gaps: [] },
  all: readonly Published[] = confirmed,
): LawReport {
  const rest = { resultSets: new Set(["try/1"]), coalesced: new Set<string>(), suggestions: 0, suspects: 0 };
  const documents: Documents = { jobs, artifacts, logs, rejections, ...rest };
  return checkLaw(all, documents, queue);
}

function change(fields: Partial<JobFound>): void {
  const job = jobs.get("try/a");
  if (job !== undefined) jobs.set("try/a", { ...job, ...fields });
}

it("holds if every message had its effect, and each ended once", () => {
  expect(law()).toEqual({
    ...{ published: 5, stored: 2, unchanged: 1, skipped: 1, rejected: 1, lost: 0, doubled: 0, announced: 0 },
    ...{ suspectsLeft: 0, breaches: [] },
  });
});

describe("a message is lost when", () => {
  it("its job is missing", () => {
    jobs.clear();
    artifacts.clear();
    expect(law()).toMatchObject({ lost: 3, stored: 0, published: 5 });
  });

  it("its job is in an earlier state", () => {
    change({
      state: "pending",
      result: "unknown",
      who: "pending@a",
      version: 1,
      transitions: [{ state: "pending" }],
    });
    expect(law()).toMatchObject({ lost: 2, stored: 1 });
  });

  it("its job is in the right state, but has the fields of another message", () => {
    change({ who: "pending@a" });
    expect(law()).toMatchObject({ lost: 2 });
  });

  it("its artifact is missing", () => {
    artifacts.clear();
    expect(law()).toMatchObject({
      lost: 2,
      breaches: [expect.stringContaining("Job Info"), expect.anything()],
    });
  });

  it("its log is missing, or has the wrong status", () => {
    logs.set("try/a/live/1", "failed");
    expect(law()).toMatchObject({ lost: 2 });
  });

  it("it is rejected for the wrong reason, or not at all", () => {
    rejections = [{ reason: "internal-error", sha256: "f00", count: 1 }];
    expect(law()).toMatchObject({ lost: 1, rejected: 0 });
    rejections = [];
    expect(law()).toMatchObject({ lost: 1, rejected: 0 });
  });
});

describe("something is doubled when", () => {
  it.each([
    ["there is an artifact twice", () => artifacts.set("try/a", ["Job Info", "Job Info"])],
    ["there is an artifact that nobody sent", () => artifacts.set("try/a", ["Job Info", "other"])],
    ["there is a job that nobody sent", () => jobs.set("try/b", jobs.get("try/a") as JobFound)],
    ["there is a log that nobody sent", () => logs.set("try/b/live/1", "pending")],
    [
      "there is a rejection that nothing caused",
      () => rejections.push({ reason: "x", sha256: "bad", count: 1 }),
    ],
    ["a job was written without a transition", () => change({ version: 3 })],
  ])("%s", (_name, spoil) => {
    spoil();
    expect(law()).toMatchObject({ lost: 0, doubled: expect.any(Number) });
    expect(law().doubled).toBeGreaterThan(0);
  });

  it("a job moved back, or entered one state twice", () => {
    change({ version: 3, transitions: [{ state: "pending" }, { state: "completed" }, { state: "pending" }] });
    expect(law()).toMatchObject({ doubled: 1 });
  });
});

describe("a message in a queue that was deleted by force", () => {
  const deletion: Deletion = { fromMs: 2500, toMs: 2510, held: 3 };
  const gap: Gap = { fromMs: 2505, toMs: 2900, sinceMs: 0 };
  beforeEach(() => {
    jobs.clear();
    artifacts.clear();
    logs.clear();
  });

  it("counts as announced if a worker reported the gap", () => {
    expect(law({ deletions: [deletion], gaps: [gap] })).toMatchObject({ lost: 0, announced: 3 });
  });

  it("is lost if it was posted, because a client got a verdict", () => {
    const posted = confirmed.map((each) => ({ ...each, way: "rest" as const }));
    expect(law({ deletions: [deletion], gaps: [gap] }, posted)).toMatchObject({ lost: 3, announced: 0 });
  });

  it("is lost if nobody reported it", () => {
    expect(law({ deletions: [deletion], gaps: [] })).toMatchObject({ lost: 3, announced: 0 });
  });

  it("is lost if it exceeds the broker's count", () => {
    expect(law({ deletions: [{ ...deletion, held: 1 }], gaps: [gap] })).toMatchObject({
      lost: 2,
      announced: 1,
    });
  });

  it("is lost if it is older than the reported bounds", () => {
    expect(law({ deletions: [deletion], gaps: [{ ...gap, sinceMs: 900 }] })).toMatchObject({
      ...{ lost: 1, announced: 2 },
    });
  });

  it("counts as announced only if it was sent before the queue was deleted", () => {
    const early = { fromMs: 500, toMs: 510, held: 3 };
    const earlyGap = { ...gap, fromMs: 505, toMs: 900 };
    expect(law({ deletions: [early], gaps: [earlyGap] })).toMatchObject({ lost: 2, announced: 1 });
  });
});
