import { describe, expect, it } from "@jest/globals";
import type { StoredJob } from "../../../src/domain/stored-job.ts";
import type { Copied, CopiedKind } from "../../../src/store/ports/copy-store.ts";
import { firstJob } from "../../../src/store/rules/advance-job.ts";
import { skeleton } from "../../../src/store/rules/find-push.ts";
import { judgeCopy } from "../../../src/store/rules/judge-copy.ts";
import { mergeJob, mergePush, mergeQuota, mergeRejection } from "../../../src/store/rules/merge-copy.ts";
import { planRejections } from "../../../src/store/rules/plan-rejections.ts";
import { aCredential, anArrival, aRejection, REVISION } from "../../examples.ts";

const at = (minute: number): string => `2026-01-05T10:0${minute}:00.000Z`;

function job(state: string, overrides: Partial<StoredJob> = {}): Copied<"job"> {
  const stored = {
    ...firstJob(anArrival({ state }), "try/aaaaaaaaaaaa", `written as ${state}`),
    ...overrides,
  };
  return { kind: "job", id: "try/guid%2F0", job: stored };
}

function push(overrides: object = {}): Copied<"push"> {
  const made = { ...skeleton("try", REVISION, at(0)), ...overrides };
  return { kind: "push", id: "try/aaaaaaaaaaaa", push: made };
}

function log(overrides: Partial<Copied<"log">> = {}): Copied<"log"> {
  return {
    ...{ kind: "log", job: "try/guid%2F0", project: "try", job_guid: "guid/0", exchange: "e", name: "live" },
    ...{ url: "http://l/1", host: "l", parse_status: "pending", attempts: 0, failure: null, order: 1 },
    ...{ next_attempt_at: at(0), last_modified: at(0) },
    ...overrides,
  };
}

const artifact: Copied<"artifact"> = {
  ...{ kind: "artifact", job: "try/guid%2F0", name: "x", apart_by: "", type: "json", blob: "1", order: 1 },
  made_by: "message",
};
const quota: Copied<"quota"> = {
  ...{ kind: "quota", day: "2026-01-05", exchange: "e", kept: 2, bytes: 20, only_counted: 0 },
};
const [rejection] = planRejections([aRejection("x", { received_at: at(1) })], 30, new Map()).map(
  ({ stored }) => stored,
);
if (rejection === undefined) throw new Error("a rejection is planned");
const rejected = (overrides: object = {}): Copied<"rejection"> => {
  return { kind: "rejection", id: rejection.id, rejection: { ...rejection, ...overrides } };
};
const credential = (overrides: object = {}): Copied<"credential"> => {
  return { kind: "credential", client_id: "client", credential: { ...aCredential(), ...overrides } };
};

type Row<K extends CopiedKind = CopiedKind> = readonly [
  title: string,
  source: Copied<K>,
  target: Copied<K>,
  is: string,
];
const rows: readonly Row[] = [
  ["equal jobs", job("running"), job("running"), "same"],
  [
    "numbers, versions and ids of writes do not count",
    job("running"),
    job("running", { rest_id: 5, version: 9, write_id: "w" }),
    "same",
  ],
  ["a job that has moved on in the source", job("completed"), job("running"), "earlier"],
  ["a job that has moved on in the target", job("running"), job("completed"), "later"],
  [
    "a job that was written later in the source",
    job("running", { last_modified: at(5), write_id: "w" }),
    job("running", { who: "x" }),
    "earlier",
  ],
  [
    "a job that was written later in the target",
    job("running"),
    job("running", { last_modified: at(5), write_id: "w" }),
    "later",
  ],
  ["a job of the same write with another content", job("running"), job("running", { who: "x" }), "different"],
  [
    "a submitted push in the source",
    push({ push_timestamp: 9, author: "a", order_at: 9 }),
    push(),
    "earlier",
  ],
  ["a submitted push in the target", push(), push({ push_timestamp: 9, author: "a", order_at: 9 }), "later"],
  [
    "two submitted pushes",
    push({ push_timestamp: 9, author: "a" }),
    push({ push_timestamp: 9, author: "b" }),
    "different",
  ],
  ["a skeleton that the source has seen before", push({ order_at: 1 }), push(), "earlier"],
  ["a short revision in the target", push(), push({ revision: "a".repeat(12) }), "earlier"],
  ["a log that the target has read", log(), log({ parse_status: "parsed", next_attempt_at: null }), "later"],
  [
    "a log that the source has read",
    log({ parse_status: "parsed", next_attempt_at: null }),
    log({ last_modified: at(5) }),
    "earlier",
  ],
  ["a log that failed later in the target", log(), log({ failure: "404", last_modified: at(1) }), "later"],
  [
    "attempts and the time of the next one do not count",
    log(),
    log({ attempts: 3, next_attempt_at: at(7), order: 4 }),
    "same",
  ],
  ["another artifact of that name", artifact, { ...artifact, blob: "2" }, "different"],
  [
    "an artifact that a worker of the target made",
    artifact,
    { ...artifact, blob: "2", made_by: "log" },
    "later",
  ],
  [
    "a job that was coalesced into a greater one",
    { kind: "coalesced", id: "a", into_guid: "b" },
    { kind: "coalesced", id: "a", into_guid: "c" },
    "later",
  ],
  [
    "a job that was coalesced into one that is greater by code point",
    { kind: "coalesced", id: "a", into_guid: "\uffff" },
    { kind: "coalesced", id: "a", into_guid: "\u{1f600}" },
    "later",
  ],
  [
    "a rejection that was seen again in the source",
    rejected({ last_seen: at(3), count: 2 }),
    rejected(),
    "earlier",
  ],
  [
    "a rejection that was seen again in the target",
    rejected(),
    rejected({ last_seen: at(3), count: 2 }),
    "later",
  ],
  ["a quota of which the target has used more", quota, { ...quota, only_counted: 3 }, "later"],
  ["a quota of which the source has used more", { ...quota, only_counted: 3 }, quota, "earlier"],
  [
    "a suspect with more entries in the source",
    { kind: "suspect", key: "k", attempts: 2, last_seen: at(1) },
    { kind: "suspect", key: "k", attempts: 1, last_seen: at(1) },
    "earlier",
  ],
  ["a secret that was changed in the target", credential(), credential({ secret: "clear:new" }), "different"],
  ["when a credential was used does not count", credential(), credential({ last_used_at: at(2) }), "same"],
];

describe("the document of one store compared with that of another", () => {
  it.each(rows)("%s", (_title, source, target, is) => {
    expect(judgeCopy(source, target)).toBe(is);
  });

  it("a document that the other store lacks is missing", () => {
    expect(judgeCopy(artifact, null)).toBe("missing");
  });
});

describe("a copy that replaces an earlier document", () => {
  it("of a job keeps the number, and gets a version that no worker has read", () => {
    const merged = mergeJob(job("completed", { version: 2 }).job, { rest_id: 7, version: 5 });
    expect(merged).toMatchObject({ state: "completed", rest_id: 7, version: 6 });
    expect(mergeJob(job("completed", { version: 9 }).job, { rest_id: 7, version: 5 }).version).toBe(9);
  });

  it("of a push keeps the number, and a skeleton keeps its earlier place in the list", () => {
    const target = push({ rest_id: 7, order_at: 3 }).push;
    expect(mergePush(push({ order_at: 5 }).push, target)).toMatchObject({ rest_id: 7, order_at: 3 });
    expect(mergePush(push({ push_timestamp: 9, order_at: 9 }).push, target).order_at).toBe(9);
  });

  it("does not count arrivals twice", () => {
    const target = rejected({ first_seen: at(0), count: 4 }).rejection;
    const merged = mergeRejection(rejected({ last_seen: at(3), count: 2 }).rejection, target);
    expect(merged).toMatchObject({ first_seen: at(0), last_seen: at(3), count: 4 });
    expect(mergeQuota(quota, { ...quota, kept: 1, only_counted: 3 })).toMatchObject({
      kept: 2,
      only_counted: 3,
    });
  });
});
