import { describe, expect, it } from "@jest/globals";
import { clockText, durationText, timesText } from "../../../src/web/log/step-times.ts";

describe("the duration of a step", () => {
  it.each([
    [2671, "44m 31s"],
    [5, "5s"],
    [0, "0s"],
    [60, "1m"],
    [3600, "1h"],
    [3661, "1h 1m 1s"],
    [100_000, "27h 46m 40s"],
    [-2, "-2s"],
    [0.4, "0s"],
    [null, "Duration unknown"],
  ])("%s seconds: %s", (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });
});

describe("the time of a step", () => {
  it.each([
    ["2016-07-01 10:00:00.100000", "10:00:00"],
    ["2016-07-01T10:00:00", "?"],
    ["a b", "b"],
    ["", "?"],
    [null, "?"],
    [1_467_367_202, "10:00:02"],
    [1e300, "?"],
  ])("%s is shown as %s", (time, text) => {
    expect(clockText(time)).toBe(text);
  });

  it("has a beginning and an end", () => {
    expect(timesText("2016-07-01 10:00:00", null)).toBe("10:00:00-?");
  });
});
