import { describe, expect, it } from "@jest/globals";
import { createTests, filterInWords, offerSame } from "../../../src/web/grid/filter-jobs.ts";
import { everyJob, type JobFilter, noFilter } from "../../../src/web/grid/grid-view.ts";
import { aGridJob } from "./a-grid-job.ts";

const grid = [
  aGridJob({ guid: "ok/0", symbol: "1", name: "mochitest-1" }),
  aGridJob({ guid: "bad/0", symbol: "bc7", name: "browser-chrome-7", result: "testfailed" }),
  aGridJob({ guid: "known/0", symbol: "X", result: "busted", classification: 4 }),
  aGridJob({
    guid: "run/0",
    symbol: "R",
    state: "running",
    result: null,
    platform: "windowsxp",
    options: ["opt"],
  }),
  aGridJob({ guid: "third/0", symbol: "SM", groupSymbol: "?", groupName: "unknown", tier: 3 }),
  aGridJob({ guid: "gone/0", symbol: "C", state: "pending", result: null }, true),
];

const cases: readonly (readonly [filter: Partial<JobFilter>, shown: string])[] = [
  [{}, "ok bad known run"],
  [{ tiers: [3] }, "third"],
  [{ tiers: [] }, ""],
  [{ text: "browser" }, "bad"],
  [{ text: " MOCHI  linux64 " }, "ok bad known"],
  [{ text: "mochitest-1" }, "ok"],
  [{ text: "bc7 debug" }, "bad"],
  [{ text: "bc7 opt" }, ""],
  [{ text: "run/0" }, "run"],
  [{ text: "mochitest debug linux64 ok/0" }, "ok"],
  [{ status: ["failures"] }, "bad known"],
  [{ status: ["unclassified"] }, "bad"],
  [{ status: ["progress"] }, "run"],
  [{ status: ["-progress"] }, "ok bad known"],
  [{ status: ["-success", "-running"] }, "bad known"],
  [{ status: ["success", "busted"] }, "ok known"],
  [{ status: ["failures", "-busted"] }, "bad"],
  [{ status: ["coalesced"] }, "gone"],
  [{ status: ["all"] }, "ok bad known run gone"],
  [{ status: ["toString"] }, ""],
  [{ platforms: ["linux64"] }, "ok bad known"],
  [{ platforms: ["windowsxp opt"] }, "run"],
  [{ platforms: ["linux64 opt"] }, ""],
  [{ groups: ["?"], tiers: [3] }, "third"],
  [{ symbols: ["1", "bc7"] }, "ok bad"],
];

describe("a filter", () => {
  it.each(cases)("%j shows: %s", (filter, shown) => {
    const found = grid
      .filter(createTests({ ...noFilter, ...filter }).isShown)
      .map(({ guid }) => guid.replace("/0", ""));
    expect(found.join(" ")).toBe(shown);
  });

  it("searches for a word once, however often an address repeats it", () => {
    let looks = 0;
    const job = {
      ...aGridJob({ guid: "a/0" }),
      get searched() {
        looks++;
        return "leak";
      },
    };
    expect(createTests({ ...noFilter, text: "leak ".repeat(100) }).isShown(job)).toBe(true);
    expect(looks).toBe(1);
  });

  it("offers the jobs that it would show in any status", () => {
    const { isOffered } = createTests({ ...noFilter, status: ["busted"] });
    expect(grid.filter(isOffered).map(({ guid }) => guid)).toEqual([
      ...["ok/0", "bad/0", "known/0", "run/0", "gone/0"],
    ]);
  });

  it("offers the same jobs as a filter that differs only in its statuses", () => {
    expect(offerSame(noFilter, { ...noFilter, status: ["failures"] })).toBe(true);
    for (const other of [
      { text: "a" },
      { tiers: [3] },
      { platforms: ["a"] },
      { groups: ["a"] },
      { symbols: ["a"] },
    ]) {
      expect([other, offerSame(noFilter, { ...noFilter, ...other })]).toEqual([other, false]);
    }
  });

  it("can be one that hides nothing", () => {
    expect(grid.filter(createTests(everyJob).isShown)).toHaveLength(grid.length);
  });
});

it("describes its conditions in words", () => {
  expect(filterInWords(noFilter)).toEqual(["tier 1, 2"]);
  const filter = { ...noFilter, text: " leak ", status: ["-progress", "testfailed"], platforms: ["linux64"] };
  expect(filterInWords(filter)).toEqual([
    'text "leak"',
    "not in progress",
    "failed",
    "tier 1, 2",
    "platform linux64",
  ]);
  expect(filterInWords({ ...noFilter, tiers: [] })).toEqual(["all tiers off"]);
});
