import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { readStepMarker } from "../../../src/logs/parse/step-marker.ts";

const rest = "(results: 0, elapsed: 1 secs) (at 2016-07-01 10:00:00)";

describe("the marker of a step", () => {
  it.each([
    ["Started", `========= Started a ${rest} =========\n`, "Started", "a", "0", "2016-07-01 10:00:00"],
    ["Finished", `========= Finished a ${rest}\n`, "Finished", "a", "0", "2016-07-01 10:00:00"],
    [
      "a name with parentheses",
      `========= Started a (b) (c ${rest}`,
      "Started",
      "a (b) (c",
      "0",
      "2016-07-01 10:00:00",
    ],
    [
      "text in the name that only looks like results",
      "========= Started a (results: x, elapsed: ) (at 1) (results: 12, elapsed: 3) (at 4) ==",
      "Started",
      "a (results: x, elapsed: ) (at 1)",
      "12",
      "4",
    ],
    [
      "the shortest name",
      "========= Started a (results: 1, elapsed: ) (at 1) (results: 2, elapsed: ) (at 2)",
      "Started",
      "a",
      "1",
      "1",
    ],
    ["an empty name", `========= Started  ${rest}`, "Started", "", "0", "2016-07-01 10:00:00"],
    ["an empty elapsed time", "========= Started a (results: 1, elapsed: ) (at x)", "Started", "a", "1", "x"],
    [
      "an elapsed time with parentheses",
      "========= Started a (results: 1, elapsed: (2) secs) (at x)",
      "Started",
      "a",
      "1",
      "x",
    ],
    ["an empty time", "========= Started a (results: 1, elapsed: ) (at )", "Started", "a", "1", ""],
    [
      "anything after it",
      `========= Finished a ${rest}fatal error) (at 9)`,
      "Finished",
      "a",
      "0",
      "2016-07-01 10:00:00",
    ],
    [
      "a code of many digits",
      "========= Finished a (results: 0042, elapsed: 1) (at x)",
      "Finished",
      "a",
      "0042",
      "x",
    ],
  ])("may have %s", (_case, line, kind, name, code, time) => {
    expect(readStepMarker(line)).toEqual({ kind, name, code, time });
  });

  it.each([
    ["ten equals signs", `========== Started a ${rest}`],
    ["eight equals signs", `======== Started a ${rest}`],
    ["a timestamp before it", `10:00:00 INFO - ========= Started a ${rest}`],
    ["a space before it", ` ========= Started a ${rest}`],
    ["a small letter", `========= started a ${rest}`],
    ["another word", `========= Skipped a ${rest}`],
    ["no name, and no room for one", `========= Started ${rest}`],
    ["a negative code", "========= Started a (results: -1, elapsed: 1) (at x)"],
    ["no code", "========= Started a (results: , elapsed: 1) (at x)"],
    ["no elapsed time", "========= Started a (results: 0) (at x)"],
    ["no time", "========= Started a (results: 0, elapsed: 1)"],
    ["a time that does not end", "========= Started a (results: 0, elapsed: 1) (at x"],
    ["a tab instead of a space", `=========\tStarted a ${rest}`],
    ["nothing else", "=========\n"],
  ])("is not recognised with %s", (_case, line) => {
    expect(readStepMarker(line)).toBeNull();
  });

  it("is read as one regular expression of the rule would read it, in any line", () => {
    const rule =
      /^={9} (?<kind>Started|Finished) (?<name>.*?) \(results: (?<code>\d+), elapsed: .*?\) \(at (?<time>.*?)\)/;
    const pieces = [" (results: ", ", elapsed: ", ") (at ", ")", "1", "x", " ", "(", "="].map((piece) =>
      fc.constant(piece),
    );
    const line = fc
      .array(fc.oneof(...pieces), { maxLength: 16 })
      .map((parts) => `========= Started ${parts.join("")}`);
    fc.assert(
      fc.property(line, (text) => {
        expect(readStepMarker(text)).toEqual(rule.exec(text)?.groups ? { ...rule.exec(text)?.groups } : null);
      }),
      { numRuns: 3000 },
    );
  });
});
