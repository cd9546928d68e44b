import { describe, expect, it } from "@jest/globals";
import type { GridJob } from "../../../src/web/grid/grid-job.ts";
import { closeGroup, groupJobs, openGroup, pickRows } from "../../../src/web/grid/group-jobs.ts";
import { aGridJob } from "./a-grid-job.ts";

/** Returns what a group shows, such as `R2 R10 +3 success`. */
function shownOf(jobs: readonly GridJob[]): string {
  const [group] = groupJobs(jobs)[0]?.groups ?? [];
  return closeGroup(group?.jobs ?? [])
    .map((item) => (item.kind === "job" ? item.job.symbol : `+${item.count} ${item.word}`))
    .join(" ");
}

const jobs = (symbols: string, parts: Parameters<typeof aGridJob>[0] = {}): GridJob[] =>
  symbols.split(" ").map((symbol) => aGridJob({ symbol, ...parts }));

describe("the rows of a push", () => {
  const rowsOf = (...places: readonly (readonly [platform: string, ...options: string[]])[]): string[] =>
    groupJobs(places.map(([platform, ...options]) => aGridJob({ platform, options }))).map(
      ({ label }) => label,
    );

  it("have the order of platforms and options, and unknown ones after them by name", () => {
    expect(
      rowsOf(
        ["zebra"],
        ["linux64", "debug"],
        ["windowsxp", "opt"],
        ["alpaca", "opt"],
        ["linux64", "opt"],
        ["linux64", "addon", "opt"],
        ["other"],
      ),
    ).toEqual([
      "Linux x64 opt",
      "Linux x64 debug",
      "Linux x64 addon opt",
      "Windows XP opt",
      "Other",
      "alpaca opt",
      "zebra",
    ]);
  });
});

it("rows, groups and jobs that a filter leaves have the same order, and empty ones are left out", () => {
  const all = [
    ...jobs("10 2", { platform: "linux64", groupSymbol: "M" }),
    ...jobs("1", { platform: "linux64", groupSymbol: "B" }),
    ...jobs("1", { platform: "windowsxp" }),
  ];
  const rows = groupJobs(all);
  const isShown = ({ groupSymbol, platform }: GridJob) => groupSymbol === "M" && platform === "linux64";
  expect(pickRows(rows, isShown)).toEqual(groupJobs(all.filter(isShown)));
  expect(pickRows(rows, () => true)).toEqual(rows);
  expect(pickRows(rows, () => false)).toEqual([]);
});

describe("the groups of a row", () => {
  const groupsOf = (...groups: readonly (readonly [symbol: string, tier: number])[]) =>
    groupJobs(groups.map(([groupSymbol, tier]) => aGridJob({ groupSymbol, tier })))[0]?.groups ?? [];

  it("are made by symbol and tier, and sorted by code", () => {
    const groups = groupsOf(["m", 1], ["M", 2], ["B", 1], ["M", 1], ["M", 2]);
    expect(groups.map(({ symbol, tier, jobs: { length } }) => [symbol, tier, length])).toEqual([
      ["B", 1, 1],
      ["M", 1, 1],
      ["M", 2, 2],
      ["m", 1, 1],
    ]);
  });

  it("without a symbol appear without a group in tier 1, and have a nameless group in other tiers", () => {
    const groups = groupsOf(["?", 1], ["?", 2]);
    expect(groups.map(({ symbol, tier, isBare }) => [symbol, tier, isBare])).toEqual([
      ["", 1, true],
      ["", 2, false],
    ]);
  });
});

describe("a closed group", () => {
  it("counts jobs by appearance", () => {
    expect(shownOf([...jobs("1 2 3"), ...jobs("4 5", { state: "running", result: null })])).toBe(
      "+3 success +2 running",
    );
  });

  it("shows failures, sorted with numbers by their value", () => {
    expect(shownOf([...jobs("R10 R2", { result: "testfailed" }), ...jobs("R3 R4")])).toBe(
      "R2 R10 +2 success",
    );
  });

  it("shows every job whose symbol occurs more than once", () => {
    expect(shownOf(jobs("a b b c"))).toBe("b b +2 success");
  });

  it("shows a job that would be counted alone", () => {
    expect(shownOf([...jobs("a b"), ...jobs("c", { result: "retry" })])).toBe("c +2 success");
  });

  it("counts classified jobs separately, and statuses without their own appearance by their names", () => {
    expect(
      shownOf([...jobs("a b", { result: "retry", classification: 4 }), ...jobs("c d", { result: "retry" })]),
    ).toBe("+2 classified retry +2 retry");
    expect(shownOf([...jobs("a b", { result: "skipped" }), ...jobs("c d", { result: "odd" })])).toBe(
      "+2 skipped +2 odd",
    );
  });
});

it("an open group shows all jobs", () => {
  expect(openGroup(jobs("a b c"))).toHaveLength(3);
});
