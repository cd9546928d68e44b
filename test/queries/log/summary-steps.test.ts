import { describe, expect, it } from "@jest/globals";
import { summarySteps } from "../../../src/queries/log/summary-steps.ts";

const step = {
  name: "run tests",
  result: "testfailed",
  started: "2016-07-01 10:00:00",
  finished: 1_467_367_202,
  duration: 2671,
  started_linenumber: 3,
  finished_linenumber: 9,
  error_count: 150,
  errors: [{ line: "boom", linenumber: 5 }],
  order: 0,
};
const blobOf = (steps: unknown, all_errors: unknown = [], more: object = {}): string =>
  JSON.stringify({ ...more, step_data: { steps, all_errors } });

describe("the steps of a summary", () => {
  it("are read with their errors", () => {
    expect(summarySteps(blobOf([step], [{ line: "boom", linenumber: 5 }], { logname: "custom" }))).toEqual({
      logName: "custom",
      errors: [{ line: "boom", line_number: 5 }],
      steps: [
        {
          ...{ order: 0, name: "run tests", result: "testfailed", duration: 2671, error_count: 150 },
          ...{ started: "2016-07-01 10:00:00", finished: 1_467_367_202, first_line: 3, last_line: 9 },
          errors: [{ line: "boom", line_number: 5 }],
        },
      ],
    });
  });

  it("that a publisher has made up are read as far as they are valid", () => {
    const read = summarySteps(
      blobOf([{}, null, 7, { ...step, name: 5, started_linenumber: -1, errors: "none", order: "x" }], "none"),
    );
    expect(
      read?.steps.map(({ name, result, first_line, order }) => [name, result, first_line, order]),
    ).toEqual([
      ["", "unknown", null, 0],
      ["", "testfailed", null, 3],
    ]);
    expect(read?.errors).toEqual([]);
  });

  it.each([
    ["text that is not JSON", "{"],
    ["a list", "[]"],
    ["a text that is too long", JSON.stringify({ step_data: {}, filler: "x".repeat(5 * 1024 * 1024) })],
  ])("cannot be read from %s", (_name, blob) => {
    expect(summarySteps(blob)).toBeNull();
  });

  it("are an empty list if there are none", () => {
    expect(summarySteps("{}")).toEqual({ logName: null, steps: [], errors: [] });
  });

  it("have a limited total number of errors", () => {
    const many = Array.from({ length: 300 }, () => ({
      ...step,
      errors: Array.from({ length: 200 }, () => ({ line: "boom" })),
    }));
    const counts = summarySteps(blobOf(many))?.steps.map(({ errors }) => errors.length);
    expect([counts?.[0], counts?.[199], counts?.[200]]).toEqual([100, 100, 0]);
  });

  it("are limited in number and length", () => {
    const many = Array.from({ length: 3000 }, () => ({ ...step, name: "n".repeat(1000) }));
    const read = summarySteps(blobOf(many));
    expect(read?.steps).toHaveLength(2000);
    expect(read?.steps[0]?.name).toHaveLength(500);
  });
});
