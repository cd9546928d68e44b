import { describe, expect, it } from "@jest/globals";
import { timeRemaining } from "../../../src/web/job/time-remaining.ts";

const START = 1_467_367_200;
const MINUTE = 60;

describe("the remaining time of a job", () => {
  it.each([
    ["running", 0, 10, "Time remaining: ~10 minutes"],
    ["running", 7.6, 10, "Time remaining: ~2 minutes"],
    ["running", 9.8, 10, "Due any minute now, typically takes ~10 mins"],
    ["running", 10.4, 10, "Due any minute now, typically takes ~10 mins"],
    ["running", 13, 10, "3 mins overdue, typically takes ~10 mins"],
    ["pending", 99, 22.4, "Typically takes ~22 mins once started"],
    ["completed", 5, 10, null],
    ["coalesced", 5, 10, null],
    ["running", 5, null, null],
    ["pending", 5, null, null],
  ])("is %s for %p minutes of %p", (state, ran, typical, text) => {
    const job = { state, start_timestamp: START } as Parameters<typeof timeRemaining>[0];
    const typicalSeconds = typical === null ? null : typical * MINUTE;
    expect(timeRemaining(job, typicalSeconds, START + ran * MINUTE)).toBe(text);
  });

  it("is unknown for a running job without a start time", () => {
    expect(timeRemaining({ state: "running", start_timestamp: 0 }, 600, START)).toBeNull();
  });
});
