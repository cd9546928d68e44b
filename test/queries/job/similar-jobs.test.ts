import { expect, it } from "@jest/globals";
import { typicalSeconds } from "../../../src/queries/job/similar-jobs.ts";

const ran = (seconds: number, result: string | null = "success", start = 1000) => ({
  ...({ guid: "g", revision: "r", order_at: 1, state: "completed", result } as const),
  ...{ submit_timestamp: 900, start_timestamp: start, end_timestamp: start + seconds },
});

it.each([
  ["the median", [ran(300), ran(60), ran(100)], 100],
  [
    "only of jobs that ran to their end",
    [ran(5, "usercancel"), ran(7, "exception"), ran(90, "testfailed")],
    90,
  ],
  ["only of jobs whose times are known", [ran(50, "success", 0), ran(-3), ran(20)], 20],
  ["unknown if no times are known", [ran(5, "retry")], null],
  ["unknown without any job", [], null],
])("the duration of similar jobs: %s", (_what, similar, seconds) => {
  expect(typicalSeconds(similar)).toBe(seconds);
});
