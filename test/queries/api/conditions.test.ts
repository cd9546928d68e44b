import { describe, expect, it } from "@jest/globals";
import { fits, readConditions, readTime } from "../../../src/queries/api/conditions.ts";
import { jobFields } from "../../../src/queries/api/job-row.ts";
import { listJobs, planJobs } from "../../../src/queries/api/list-jobs.ts";
import { planPushes } from "../../../src/queries/api/list-pushes.ts";
import { pushFields } from "../../../src/queries/api/push-row.ts";
import { ReadRefused } from "../../../src/queries/api/read-refused.ts";

const read = (query: string) => readConditions(new URLSearchParams(query), jobFields);

describe("a row with tier 2, state `running` and no result", () => {
  const row = { tier: 2, state: "running", result: null };

  it.each([
    ["tier=2", true],
    ["tier=3", false],
    ["tier__ne=2", false],
    ["tier__gt=1", true],
    ["tier__gt=2", false],
    ["tier__gte=2", true],
    ["tier__lt=10", true],
    ["tier__lte=1", false],
    ["tier__in=1,2", true],
    ["tier__nin=1,2", false],
    ["state=running&tier=2", true],
    ["state=running&tier=1", false],
    ["state__in=pending,running", true],
    ["state__gt=pending", true],
    ["result=success", false],
    ["result__ne=success", true],
    ["result__gt=a", false],
    ["unknown=1&unknown__gt=1&unknown__strange=1", true],
    ["__proto__=1&__proto__.x=2&constructor=1&constructor__in=2&toString=1", true],
  ])("%s matches: %s", (query, isFitting) => {
    expect(fits(row, read(query))).toBe(isFitting);
  });
});

it.each([
  ["state__like=x", "state__like: unknown operator; use one of ne, gt, gte, lt, lte, in, nin"],
  ["state__eq__ne=x", /unknown operator/],
  ["state__constructor=x", /unknown operator/],
  ["id=abc", "id: must be a number"],
  ["id__in=1,,2", "id__in: must be a number"],
  ["tier=1e999", "tier: must be a number"],
  ["last_modified__gt=yesterday", "last_modified__gt: must be a time"],
  [`id__in=${"1,".repeat(1000)}1`, "id__in: more than 1000 values"],
  [`who=${"x".repeat(501)}`, "who: longer than 500 characters"],
])("%.30s is refused with 400, and the answer says why", (query, detail) => {
  const refused = (): unknown => {
    try {
      return read(query);
    } catch (error) {
      return error;
    }
  };
  expect(refused()).toBeInstanceOf(ReadRefused);
  expect(refused()).toMatchObject({ status: 400, body: { detail: expect.stringMatching(detail) } });
});

it.each([
  ["2026-01-05", "2026-01-05T00:00:00.000Z"],
  ["2026-01-05 10:00", "2026-01-05T10:00:00.000Z"],
  ["2026-01-05T10:00:07.25", "2026-01-05T10:00:07.250Z"],
  ["2026-01-05T10:00:07.123456Z", "2026-01-05T10:00:07.123Z"],
  ["2026-01-05T10:00:00+02:00", "2026-01-05T08:00:00.000Z"],
  ["2026-01-05T10:00:00 02:00", "2026-01-05T08:00:00.000Z"],
  ["9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59.999Z"],
  ["0000-01-01T00:00:00+01:00", "0000-01-01T00:00:00.000Z"],
  ["2026-02-30", null],
])("the time %s is read as %s", (text, time) => {
  expect(readTime(text)).toBe(time);
});

describe("a list of jobs is selected by", () => {
  it.each([
    ["", null, 0],
    ["state=pending", null, 1],
    ["id=5", { by: "number", numbers: [5] }, 0],
    ["id__in=5,6&state=pending", { by: "number", numbers: [5, 6] }, 1],
    ["id__gt=5", null, 1],
    ["job_guid=a/0", { by: "guid", guids: ["a/0"] }, 0],
    ["task_id=a", { by: "task", task: "a" }, 0],
    ["result_set_id=7&tier=1", { by: "push-number", numbers: [7] }, 1],
    ["push_id__in=7,8", { by: "push-number", numbers: [7, 8] }, 0],
    ["push_id=7&id=5", { by: "number", numbers: [5] }, 1],
    ["last_modified__gt=2026-01-05", { by: "change", from: "2026-01-05T00:00:00.001Z", to: null }, 0],
    [
      "last_modified__gte=2026-01-05&last_modified__lt=2026-01-06",
      { by: "change", from: "2026-01-05T00:00:00.000Z", to: "2026-01-05T23:59:59.999Z" },
      0,
    ],
    [
      "last_modified__gt=9999-12-31T23:59:59.999Z",
      { by: "change", from: "9999-12-31T23:59:59.999Z", to: null },
      0,
    ],
    ["last_modified__ne=2026-01-05", null, 1],
    ["last_modified__gt=2026-01-05&result_set_id=7", { by: "push-number", numbers: [7] }, 1],
  ])("%s -> %j, with %i more conditions", (query, selection, rest) => {
    const plan = planJobs(read(query));
    expect(plan.selection).toEqual(selection);
    expect(plan.rest).toHaveLength(rest);
  });
});

describe("a list of pushes is selected by", () => {
  const nothing = { from: null, to: null, author: null };

  it.each([
    ["", nothing, null, 0],
    ["author=a@b", { ...nothing, author: "a@b" }, null, 0],
    ["author__ne=a@b", nothing, null, 1],
    ["push_timestamp__gte=5&push_timestamp__lte=9", { ...nothing, from: 5, to: 9 }, null, 0],
    ["push_timestamp__gt=5", nothing, null, 1],
    ["id__in=1,2", nothing, [1, 2], 0],
  ])("%s -> %j, numbers %j, with %i more conditions", (query, range, numbers, rest) => {
    const plan = planPushes(readConditions(new URLSearchParams(query), pushFields));
    expect(plan).toMatchObject({ range, numbers });
    expect(plan.rest).toHaveLength(rest);
  });
});

describe("a list for which more than 50,000 jobs would have to be read", () => {
  /** A store in which every selection has 50,001 jobs. */
  const store = {
    pageOfProject: async (_project: string, _skip: number, limit: number) => Array<number>(limit).fill(0),
    selectJobs: async () => Array<number>(50_001).fill(0),
    readListed: async () => [],
    findPushes: async () => [],
  };

  it.each([
    [
      "state=pending",
      "add one of these filters: id, job_guid, task_id, result_set_id, push_id, last_modified",
    ],
    ["last_modified__gt=2026-01-05", "add result_set_id, or a shorter range of last_modified"],
    ["id__in=1,2", "ask for fewer at a time"],
  ])("%s is refused, and the answer names the condition to add", async (query, advice) => {
    await expect(listJobs(store, "try", read(query), { offset: 0, count: 10 })).rejects.toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining(advice) },
    });
  });

  it("is returned if no condition has to be compared, because its order is that of an index", async () => {
    expect(await listJobs(store, "try", [], { offset: 60_000, count: 10 })).toEqual([]);
  });
});
