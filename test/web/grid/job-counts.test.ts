import { describe, expect, it } from "@jest/globals";
import { buttonTitle, spokenJob } from "../../../src/web/grid/grid-job.ts";
import { addCounts, countJobs, passedElsewhere, progressText } from "../../../src/web/grid/job-counts.ts";
import { aGridJob } from "./a-grid-job.ts";

const running = { state: "running", result: null } as const;

describe("the counts of a push", () => {
  const counts = countJobs([
    aGridJob(),
    aGridJob({ result: "busted" }),
    aGridJob({ result: "testfailed", classification: 4 }),
    aGridJob(running),
    aGridJob({ state: "pending", result: null }),
    aGridJob({ state: "pending", result: null }, true),
    aGridJob({ state: "odd", result: null }),
  ]);

  it("leave out coalesced jobs, and unknown states", () => {
    expect(counts).toEqual({ completed: 3, inProgress: 2, failed: 2, unclassified: 1 });
  });

  it("include the progress, rounded down: a push that is not complete never shows 100%", () => {
    expect(progressText(counts)).toBe("60% - 2 in progress");
    const nearly = countJobs([...Array.from({ length: 999 }, () => aGridJob()), aGridJob(running)]);
    expect(progressText(nearly)).toBe("99% - 1 in progress");
  });

  it("say that a push is complete, or nothing without jobs", () => {
    expect(progressText(countJobs([aGridJob()]))).toBe("- Complete -");
    expect(progressText(countJobs([]))).toBeNull();
  });

  it("can be added", () => {
    expect(addCounts([counts, counts]).failed).toBe(4);
    expect(addCounts([])).toEqual(countJobs([]));
  });
});

describe("a failure", () => {
  const failure = aGridJob({ symbol: "1", result: "testfailed" });
  const passed = (parts: Parameters<typeof aGridJob>[0] = {}) =>
    passedElsewhere([failure, aGridJob({ symbol: "1", ...parts })]).has(failure.guid);

  it("is marked if the same job passed in the push", () => expect(passed()).toBe(true));
  it.each([
    ["failed again", { result: "testfailed" }],
    ["is still running", running],
    ["belongs to another platform", { platform: "linux32" }],
    ["has other options", { options: ["opt"] }],
    ["has another symbol", { symbol: "2" }],
    ["has another name", { name: "other" }],
  ])("is not marked if the other job %s", (_what, parts) => expect(passed(parts)).toBe(false));
});

describe("a description of a job", () => {
  it.each([
    [{}, "mochitest - success (10 mins)"],
    [{ start: 0 }, "mochitest - success (11 mins)"],
    [{ end: 0 }, "mochitest - success"],
    [{ end: 1000 }, "mochitest - success (0 mins)"],
    [{ ...running, end: 1660 }, "mochitest - running"],
  ])("%j is shown as %s", (parts, title) => {
    expect(buttonTitle(aGridJob(parts))).toBe(title);
  });

  it("is read aloud with the symbol that is shown", () => {
    expect(spokenJob(aGridJob({ symbol: "bc7", end: 1120 }), false)).toBe(
      "mochitest, success, 1 minute, bc7",
    );
    expect(spokenJob(aGridJob({ symbol: "bc7", ...running }), true)).toBe(
      "mochitest, running, passed in another run of this push, bc7",
    );
  });
});
