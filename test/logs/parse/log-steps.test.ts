import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { isErrorLine } from "../../../src/logs/parse/error-lines.ts";
import type { LogStep, StepData } from "../../../src/logs/parse/log-steps.ts";
import { stepDuration } from "../../../src/logs/parse/step-duration.ts";
import { summaryOf } from "./read-text.ts";

const marker =
  /^={9} (?<kind>Started|Finished) (?<name>.*?) \(results: (?<code>\d+), elapsed: .*?\) \(at (?<time>.*?)\)/;
const header = /^(?:builder|slave|starttime|results|buildid|builduid|revision): /;
const results = ["success", "testfailed", "busted", "skipped", "exception", "retry", "usercancel"];

/** The state machine as the rules describe it, which reads every line. It handles ASCII text only. */
function plainly(log: string): StepData {
  const steps: LogStep[] = [];
  const now: { step: LogStep | null } = { step: null };
  let isTruncated = false;
  const close = (number: number, time: string | null, result: string): void => {
    const open = now.step;
    if (open === null) return;
    isTruncated ||= open.errors.length > 100;
    const errors = open.errors.slice(0, 100);
    const ended = {
      finished: time,
      finished_linenumber: number,
      result,
      errors,
      error_count: open.errors.length,
    };
    steps.push({ ...open, ...ended, duration: stepDuration(open.started, time), order: steps.length });
    now.step = null;
  };
  const begin = (name: string, time: string | null, number: number): void => {
    const unknown = {
      finished: null,
      finished_linenumber: 0,
      result: "",
      error_count: 0,
      duration: null,
      order: 0,
    };
    now.step = { name, started: time, started_linenumber: number, errors: [], ...unknown };
  };
  const lines = log.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  for (const [number, whole] of lines.entries()) {
    const line = whole.includes("PERFHERDER_DATA") ? whole : whole.slice(0, 500);
    const { kind, name = "", code, time = "" } = marker.exec(line)?.groups ?? {};
    if (/^[ \t\n\v\f\r]*$/.test(line)) continue;
    if (kind === "Started") {
      close(number, null, "unknown");
      begin(name, time, number);
    } else if (kind === "Finished") close(number, time, results[Number(code)] ?? "unknown");
    else if (now.step === null && steps.length === 0 && header.test(line)) continue;
    else {
      if (now.step === null) begin("Unnamed step", null, number);
      const text = line.replace(/[ \t\n\v\f\r]+$/, "");
      if (isErrorLine(line)) now.step?.errors.push({ linenumber: number, line: text });
    }
  }
  close(lines.length - 1, null, "unknown");
  return { steps, all_errors: steps.flatMap(({ errors }) => errors), errors_truncated: isTruncated };
}

it("steps and errors equal those of the rules applied line by line, although most lines are skipped", async () => {
  const pieces = [
    ...["\n", "\n", "\n", "\r\n", " \t\n", "x", "builder: x\n", "results: ", "revision:\n"],
    "========= Started a b (results: 0, elapsed: 1 secs) (at 2016-07-01 10:00:00.5) =========\n",
    "\n========= Started c (results: 0, elapsed: 1 secs) (at 2016-07-01T10:00:00) =========\n",
    "\n========= Finished a (results: 1, elapsed: 2) (at 2016-07-01 10:00:03)\n",
    "\n========= Finished (results: x, elapsed: 2) (at 1) (results: 9, elapsed: ) (at 2016-02-30 10:00:00)\n",
    ...["========= Started", " (results: 3, elapsed: ", ") (at 1)", "=========", "PERFHERDER_DATA"],
    ...[
      "fatal error",
      "10:00:00 INFO - ",
      "10:00:00     ERROR - ",
      "I/Gecko ",
      "TEST-UNEXPECTED-FAIL",
      "TEST-PASS ",
    ],
    ...[
      "TypeError: ",
      "rm: cannot ",
      "x".repeat(180),
      "y".repeat(245),
      "\n".concat("fatal error\n".repeat(60)),
    ],
  ];
  const logs = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join(""));
  await fc.assert(
    fc.asyncProperty(logs, async (log) => {
      expect((await summaryOf(log)).step_data).toEqual(plainly(log));
    }),
    { numRuns: 500 },
  );
});
