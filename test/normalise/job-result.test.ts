import { describe, expect, it } from "@jest/globals";
import { jobResult, stepResult } from "../../src/normalise/job-result.ts";
import { validateJob } from "../../src/validate/validate-job.ts";
import { aMessage, schemas } from "../examples.ts";

const table = [
  ["success", "success", "success"],
  ["fail", "testfailed", "busted"],
  ["exception", "exception", "exception"],
  ["canceled", "usercancel", "usercancel"],
  ["unknown", "unknown", "unknown"],
] as const;

function resultOf(overrides: Readonly<Record<string, unknown>>): string {
  const message = validateJob(aMessage(overrides), schemas);
  if (!message.ok) throw new Error(JSON.stringify(message.fault));
  return jobResult(message.value);
}

describe("the result of a completed job", () => {
  for (const [result, ofTest, ofOthers] of table) {
    for (const [jobKind, expected] of [
      ["test", ofTest],
      ["build", ofOthers],
      ["other", ofOthers],
    ] as const) {
      it(`${result} of a ${jobKind}: ${expected}`, () => {
        expect(resultOf({ result, jobKind })).toBe(expected);
        expect(resultOf({ result, jobKind, isRetried: false })).toBe(expected);
        expect(stepResult(jobKind, result)).toBe(expected);
      });

      it(`${result} of a ${jobKind} that is retried: retry`, () => {
        expect(resultOf({ result, jobKind, isRetried: true })).toBe("retry");
      });
    }
  }

  it("is unknown if the message has none", () => {
    const { result: _left, ...message } = aMessage();
    const job = validateJob(message, schemas);
    expect(job.ok && jobResult(job.value)).toBe("unknown");
  });
});

for (const state of ["unscheduled", "pending", "running"]) {
  it(`the result of a ${state} job is unknown, whatever the message says`, () => {
    for (const isRetried of [true, false])
      expect(resultOf({ state, result: "fail", isRetried })).toBe("unknown");
  });
}
