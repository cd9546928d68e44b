import { describe, expect, it } from "@jest/globals";
import { retryDelayMs } from "../../../src/logs/work/retry-delay.ts";

const almostOne = 1 - Number.EPSILON;

describe("retryDelayMs", () => {
  it.each([
    [1, 31_000],
    [2, 61_000],
    [3, 121_000],
    [8, 3_841_000],
    [9, 7_201_000],
    [50, 7_201_000],
  ])("after %i failed attempts, the wait is from a second to %i ms", (failed, most) => {
    expect(retryDelayMs(failed, { maxAttempts: 100 }, 0)).toBe(1000);
    expect(retryDelayMs(failed, { maxAttempts: 100 }, almostOne)).toBe(most);
  });

  it("waits vary over the whole range, so that many logs of one host are not retried together", () => {
    expect(retryDelayMs(3, { maxAttempts: 10 }, 0.5)).toBe(61_000);
    expect(retryDelayMs(3, { maxAttempts: 10 }, 0.25)).toBe(31_000);
  });

  it.each([
    [9, 10, false],
    [10, 10, true],
    [11, 10, true],
    [1, 1, true],
  ])("%i failed attempts of at most %i: given up is %s", (failed, maxAttempts, never) => {
    expect(retryDelayMs(failed, { maxAttempts }, 0.5) === null).toBe(never);
  });
});
