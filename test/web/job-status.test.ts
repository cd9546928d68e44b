import { describe, expect, it } from "@jest/globals";
import {
  buttonClass,
  countWord,
  isFailure,
  isUnclassified,
  jobStatus,
  shadingClass,
  statusPosition,
} from "../../src/web/job-status.ts";

const statuses: readonly (readonly [status: string, look: string, word: string, shading: string])[] = [
  ["success", "btn-green", "success", "result-status-shading-success"],
  ["testfailed", "btn-orange", "failed", "result-status-shading-testfailed"],
  ["busted", "btn-red", "busted", "result-status-shading-busted"],
  ["exception", "btn-purple", "exception", "result-status-shading-exception"],
  ["retry", "btn-dkblue", "retry", "result-status-shading-retry"],
  ["usercancel", "btn-pink", "cancel", "result-status-shading-usercancel"],
  ["running", "btn-dkgray", "running", "result-status-shading-running"],
  ["pending", "btn-ltgray", "pending", "result-status-shading-pending"],
  ["coalesced", "btn-ltblue", "coalesced", "result-status-shading-coalesced"],
  ["unknown", "btn-yellow", "unknown", "result-status-shading-unknown"],
  ["skipped", "btn-default", "skipped", "result-status-shading-skipped"],
  ["any other", "btn-default", "any other", "result-status-shading-other"],
  ["toString", "btn-default", "toString", "result-status-shading-other"],
];

it.each(statuses)("%s looks like %s, and is counted as %s", (status, look, word, shading) => {
  expect(buttonClass(status, 1)).toBe(look);
  expect(countWord(status, 1)).toBe(word);
  expect(shadingClass(status)).toBe(shading);
});

describe("the status of a job", () => {
  it.each([
    ["completed", "testfailed", false, "testfailed"],
    ["completed", "success", true, "success"],
    ["completed", null, false, "unknown"],
    ["running", null, false, "running"],
    ["pending", null, true, "coalesced"],
    ["running", null, true, "coalesced"],
  ] as const)("a state %s with result %s, coalesced: %s, is %s", (state, result, isCoalesced, status) => {
    expect(jobStatus(state, result, isCoalesced)).toBe(status);
  });
});

it("a classified job has a class and a word of its own", () => {
  expect(buttonClass("busted", 4)).toBe("btn-red-classified");
  expect(buttonClass("busted", 7)).toBe("btn-red-classified autoclassified");
  expect(countWord("testfailed", 2)).toBe("classified failed");
});

it("only jobs that nobody has classified are unclassified", () => {
  expect([1, 2, 3, 4, 5, 6, 7].filter(isUnclassified)).toEqual([1, 7]);
});

it("three statuses are failures", () => {
  expect(statuses.map(([status]) => status).filter(isFailure)).toEqual(["testfailed", "busted", "exception"]);
});

it("statuses without their own appearance are counted last", () => {
  expect(statusPosition("success")).toBe(0);
  expect(statusPosition("skipped")).toBeGreaterThan(statusPosition("unknown"));
});
