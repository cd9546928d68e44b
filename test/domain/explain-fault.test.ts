import { expect, it } from "@jest/globals";
import { faultErrors, faultMeanings, isFaultReason } from "../../src/domain/explain-fault.ts";
import type { Fault } from "../../src/domain/faults.ts";

const violation = { pointer: "/state", keyword: "enum", message: "must be one of: pending" };

/** One fault of each kind, with its pointer and its message, which says what is wrong and how to fix it. */
const told: readonly [Fault, string, RegExp][] = [
  [
    { reason: "oversize-body", bytes: 9, limitBytes: 5 },
    "",
    /is 9 bytes .* the limit is 5 .*MAX_BODY_BYTES.*fewer jobs/,
  ],
  [
    { reason: "unsupported-encoding", property: "content_encoding", value: "ebcdic" },
    "",
    /the content_encoding "ebcdic" cannot be decoded: publish UTF-8/,
  ],
  [
    { reason: "malformed-body", detail: "the body is empty" },
    "",
    /the body is empty; publish one JSON object/,
  ],
  [
    { reason: "too-many-jobs", jobs: 1001, limit: 1000 },
    "",
    /holds 1001 jobs; the limit is 1000 .*MAX_JOBS_PER_MESSAGE.*several messages/,
  ],
  [
    { reason: "too-many-objects", limit: 100 },
    "",
    /more than 100 JSON objects .*MAX_OBJECTS_PER_MESSAGE.* several messages/,
  ],
  [{ reason: "schema-violation", violations: [violation] }, "/state", /must be one of: pending/],
  [
    { reason: "unreadable-time", pointer: "/timeStarted", value: 'no "time"' },
    "/timeStarted",
    /"no \\"time\\""; write it like/,
  ],
  [
    { reason: "project-not-accepted", project: "try", exchange: "exchange/x" },
    "/origin/project",
    /exchange\/x may not write to the project try: accept_projects .* add a pattern/,
  ],
  [
    { reason: "unknown-revision-hash", project: "try", revisionHash: "f00" },
    "/origin/revision_hash",
    /try .* f00: submit the push before its jobs, or give a revision/,
  ],
  [
    { reason: "unknown-job", project: "try", job_guid: "g/0" },
    "/job_guid",
    /try has no job with the guid g\/0: submit the job before its artifacts/,
  ],
  [
    { reason: "unusable-field", pointer: "/productName", detail: "is longer than 100" },
    "/productName",
    /longer/,
  ],
  [{ reason: "internal-error", detail: "TypeError: x" }, "", /TypeError: x: a bug .* report it, and replay/],
  [
    { reason: "unreadable-delivery", queue: "queue/me/jobs-unreadable" },
    "",
    /kept whole in queue\/me\/jobs-unreadable: publish it with fewer or simpler headers/,
  ],
  [{ reason: "killed-worker", attempts: 5 }, "", /died 5 times .* report it, and replay/],
];

it.each(told)(
  "$reason: the message says what is wrong, where, and how to fix it",
  (fault, pointer, message) => {
    const errors = faultErrors(fault);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ pointer, message: expect.stringMatching(message) });
  },
);

it("the table above contains every reason", () => {
  expect(told.map(([{ reason }]) => reason)).toEqual(Object.keys(faultMeanings));
});

it("every reason is known by its name, and no inherited object member is", () => {
  expect(["malformed-body", "toString", "__proto__", ""].map(isFaultReason)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
