import { describe, expect, it } from "@jest/globals";
import type { Artifact } from "../../../src/domain/submission.ts";
import { failureSummary } from "../../../src/queries/job/failure-summary.ts";
import { readSummary } from "../../../src/queries/job/read-summary.ts";
import type { StoredLog } from "../../../src/store/ports/log-store.ts";

const json = (name: string, value: unknown): Artifact => ({
  name,
  type: "json",
  blob: JSON.stringify(value),
});
const bugs = (count: number, first = 1) =>
  Array.from({ length: count }, (_, n) => ({ id: first + n, summary: `bug ${first + n}`, resolution: "" }));
const suggestion = (search: string, open: readonly object[] = [], others: readonly object[] = []) => ({
  search,
  search_terms: [],
  bugs: { open_recent: open, all_others: others },
});

interface Given {
  readonly suggestions?: unknown;
  readonly errors?: readonly unknown[];
  readonly steps?: readonly unknown[];
  readonly logname?: string;
  readonly logs?: readonly string[];
}

function summaryOf({ suggestions, errors, steps, logname, logs = [] }: Given) {
  const isSummed = errors !== undefined || steps !== undefined;
  const blob = { step_data: { all_errors: errors ?? [], steps: steps ?? [] }, logname };
  return failureSummary(
    suggestions === undefined ? null : json("Bug suggestions", suggestions),
    readSummary(isSummed ? json("text_log_summary", blob) : null),
    logs.map((name) => ({ name }) as StoredLog),
  );
}

describe("error lines", () => {
  it("that are equal appear once, with a count and the numbers of all of them", () => {
    const { lines } = summaryOf({
      suggestions: [suggestion("boom"), suggestion("crash"), suggestion("boom")],
      errors: [
        { line: "10:00:01 INFO - boom", linenumber: 8812 },
        { line: "crash", linenumber: 9000 },
        { line: "boom", linenumber: 9120 },
      ],
    });
    expect(lines).toMatchObject([
      { search: "boom", count: 2, line_numbers: [8812, 9120] },
      { search: "crash", count: 1, line_numbers: [9000] },
    ]);
  });

  it("get their numbers by their text if the suggestions have another order", () => {
    const { lines } = summaryOf({
      suggestions: [suggestion("crash"), suggestion("gone")],
      errors: [
        { line: "boom", linenumber: 1 },
        { line: " crash ", linenumber: 2 },
      ],
    });
    expect(lines.map(({ line_numbers }) => line_numbers)).toEqual([[2], []]);
  });

  it("get their numbers by their text without its prefix, or with it if a publisher keeps it", () => {
    const { lines } = summaryOf({
      suggestions: [suggestion("crash"), suggestion("10:00:00 INFO - boom")],
      errors: [
        { line: "10:00:00 INFO - boom", linenumber: 1 },
        { line: "10:00:02    ERROR -  crash\r", linenumber: 2 },
      ],
    });
    expect(lines.map(({ line_numbers }) => line_numbers)).toEqual([[2], [1]]);
  });

  it("beyond a hundred are cut, and the page says so", () => {
    const many = Array.from({ length: 150 }, (_, n) => suggestion(`line ${n}`));
    const { lines, is_cut } = summaryOf({ suggestions: many });
    expect([lines.length, is_cut]).toEqual([100, true]);
    expect(summaryOf({ suggestions: many.slice(0, 100) }).is_cut).toBe(false);
  });
});

describe("bugs", () => {
  it.each([
    { open: 0, others: 0, shows: [0, 0, false] },
    { open: 20, others: 20, shows: [20, 20, false] },
    { open: 21, others: 3, shows: [0, 0, true] },
    { open: 0, others: 21, shows: [0, 0, true] },
    { open: 2, others: 21, shows: [2, 0, false] },
    { open: 0, others: 3, shows: [0, 3, false] },
  ])("with $open open and $others others are shown by the rules", ({ open, others, shows }) => {
    const [line] = summaryOf({ suggestions: [suggestion("x", bugs(open), bugs(others, 100))] }).lines;
    expect([line?.open_bugs.length, line?.other_bugs.length, line?.has_too_many]).toEqual(shows);
  });

  it("whose id is not a number get no link, because they are left out", () => {
    const hostile = [{ id: "1&x=y", summary: "s" }, { id: -1 }, { id: 1.5 }, { id: 7, summary: 3 }, null];
    const [line] = summaryOf({ suggestions: [suggestion("x", hostile as object[])] }).lines;
    expect(line?.open_bugs).toEqual([{ id: 7, summary: "", resolution: "" }]);
  });
});

describe("steps", () => {
  const steps = [
    { name: "set props", result: "success", finished_linenumber: 5 },
    { name: "run tests", result: "testfailed", finished_linenumber: 99 },
    { name: "odd", result: "busted", finished_linenumber: "x" },
  ];

  it("that did not succeed are listed if there are no error lines", () => {
    expect(summaryOf({ suggestions: [], steps }).steps).toEqual([
      { name: "run tests", result: "testfailed", last_line: 99 },
      { name: "odd", result: "busted", last_line: null },
    ]);
    expect(summaryOf({ suggestions: [suggestion("x")], steps }).steps).toEqual([]);
  });
});

it.each([
  [{ errors: [], logname: "mine" }, "mine"],
  [{ errors: [], logname: "m".repeat(60) }, "m".repeat(50)],
  [{ errors: [], logs: ["live", "builds-4h"] }, "builds-4h"],
  [{ errors: [], logs: ["live"] }, null],
  [{ logs: ["buildbot_text"] }, null],
] as const)("the log of the line numbers of %j is %j", (given, name) => {
  expect(summaryOf(given).log_name).toBe(name);
});

it("suggestions that cannot be read are left out, and those after them keep their numbers", () => {
  const errors = [1, 2, 3].map((linenumber) => ({ line: "boom", linenumber }));
  const { lines } = summaryOf({ suggestions: [{ search: 7 }, null, suggestion("boom")], errors });
  expect(lines).toMatchObject([{ search: "boom", count: 1, line_numbers: [3] }]);
});

it.each([null, 7, "x", {}, [1, null, {}, { search: 3 }], [{ search: "a", bugs: 7 }]])(
  "suggestions that are %j do no harm",
  (suggestions) => {
    expect(() => summaryOf({ suggestions, errors: [null, {}, { line: 7, linenumber: "8" }] })).not.toThrow();
  },
);
