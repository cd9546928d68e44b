import { describe, expect, it } from "@jest/globals";
import { countJobs, unwrapJobs } from "../../src/decode/unwrap-jobs.ts";
import { parseSource } from "../../src/domain/text/source-json.ts";

/** Returns the jobs in this body, each with its pointer. Their number must match the count. */
function unwrap(body: unknown): unknown[] {
  const parsed = parseSource(JSON.stringify(body));
  const jobs = unwrapJobs(parsed);
  expect(countJobs(parsed.value)).toBe(jobs.length);
  return jobs.map(({ value, at }) => ({ value, at }));
}

const job = { taskId: "a/0" };
const _meta = { exchange: "exchange/publisher/jobs", routing_key: "treeherder.try", serializer: "json" };

describe("an envelope is replaced by its payload", () => {
  const table: readonly (readonly [title: string, body: unknown, jobs: unknown])[] = [
    ["one job in an envelope", { payload: job, _meta }, [{ value: job, at: "/payload" }]],
    ["the members in the other order", { _meta: {}, payload: job }, [{ value: job, at: "/payload" }]],
    [
      "an array in an envelope: each of its items, by its index",
      { payload: [job, 5], _meta },
      [
        { value: job, at: "/payload/0" },
        { value: 5, at: "/payload/1" },
      ],
    ],
    [
      "an array of jobs and envelopes",
      [job, { payload: job, _meta }],
      [
        { value: job, at: "" },
        { value: job, at: "/payload" },
      ],
    ],
    ["an envelope around nothing", { payload: [], _meta }, []],
    [
      "only the outer one of two nested envelopes",
      { payload: { payload: job, _meta }, _meta },
      [{ value: { payload: job, _meta }, at: "/payload" }],
    ],
  ];
  for (const [title, body, jobs] of table) it(title, () => expect(unwrap(body)).toEqual(jobs));
});

describe("other messages are not changed, so that the schema refuses them", () => {
  const bodies: readonly (readonly [title: string, body: unknown])[] = [
    ["a third member", { payload: job, _meta, version: 1 }],
    ["no _meta", { payload: job }],
    ["no _meta, but another member", { payload: job, meta: _meta }],
    ["a _meta that is null", { payload: job, _meta: null }],
    ["a _meta that is an array", { payload: job, _meta: [] }],
    ["a payload that is text", { payload: JSON.stringify(job), _meta }],
    ["a payload that is null", { payload: null, _meta }],
    ["no payload", { _meta, job }],
  ];
  for (const [title, body] of bodies) {
    it(title, () => expect(unwrap(body)).toEqual([{ value: body, at: "" }]));
  }
});
