import { describe, expect, it } from "@jest/globals";
import { askAgainMs, failureState } from "../../src/web/job/failure-state.ts";
import { durationText } from "../../src/web/job/job-duration.ts";
import { firstTab, nextTab, readTab } from "../../src/web/job/job-tabs.ts";
import { sharedWords } from "../../src/web/job/shared-words.ts";
import { jobTitle } from "../../src/web/job-title.ts";
import type { LogOfJob, ShownJob } from "../../src/web/shown-job.ts";
import { timeText } from "../../src/web/shown-time.tsx";

const line = { search: "x", count: 1, line_numbers: [], open_bugs: [], other_bugs: [], has_too_many: false };
const step = { name: "s", result: "busted", last_line: 1 };

interface Given {
  readonly lines?: number;
  readonly steps?: number;
  readonly logs?: readonly (readonly [name: string, status: LogOfJob["parse_status"]])[];
  /** Whether a summary exists. */
  readonly isSummed?: boolean;
  /** The times of the next attempts at bug suggestions. */
  readonly suggestions?: readonly (string | null)[];
  readonly state?: string;
}

function aShownJob({
  lines = 0,
  steps = 0,
  logs = [],
  isSummed = false,
  suggestions = [],
  state = "completed",
}: Given) {
  const shown = {
    job: { state },
    failures: {
      lines: Array.from({ length: lines }, () => line),
      steps: Array.from({ length: steps }, () => step),
      log_name: isSummed ? "buildbot_text" : null,
    },
    logs: logs.map(([name, parse_status]) => ({
      name,
      parse_status,
      is_read_here: name === "buildbot_text",
    })),
    history: { suggestions: suggestions.map((next_attempt_at) => ({ next_attempt_at })) },
  };
  return shown as unknown as ShownJob;
}

describe("the content of the failure tab", () => {
  it.each<[Given, string]>([
    [{ lines: 1, logs: [["buildbot_text", "pending"]] }, "lines"],
    [{ steps: 1, isSummed: true, logs: [["buildbot_text", "parsed"]] }, "steps"],
    [{ logs: [["buildbot_text", "pending"]] }, "parsing"],
    [{ isSummed: true, suggestions: ["2026-01-05T10:00:00Z"] }, "parsing"],
    [{ isSummed: true, suggestions: [null] }, "empty"],
    [{ logs: [["buildbot_text", "failed"]] }, "failed"],
    [{ logs: [["live", "pending"]] }, "unread"],
    [
      {
        logs: [
          ["live", "pending"],
          ["mine", "parsed"],
        ],
      },
      "empty",
    ],
    [{ isSummed: true }, "empty"],
    [{}, "no-logs"],
  ])("for %j is: %s", (given, state) => {
    expect(failureState(aShownJob(given))).toBe(state);
  });
});

it.each<[Given, number | null]>([
  [{ logs: [["buildbot_text", "pending"]] }, 5000],
  [{ suggestions: ["2026-01-05T10:00:00Z"] }, 5000],
  [{ logs: [["live", "pending"]] }, null],
  [{ state: "running" }, 15_000],
  [{ logs: [["buildbot_text", "parsed"]] }, null],
])("a page with %j polls again after %s ms", (given, ms) => {
  expect(askAgainMs(aShownJob(given))).toBe(ms);
});

it.each([
  ["success", 0, "details"],
  ["success", 1, "performance"],
  ["testfailed", 1, "failures"],
  [null, 0, "failures"],
])("a job with result %s and %d values opens with %s", (result, values, tab) => {
  const shown = {
    job: { state: "completed", result },
    coalesced_to: null,
    performance: { rows: Array(values) },
  };
  expect(firstTab(shown as unknown as ShownJob)).toBe(tab);
});

it("tabs form a ring, and only their names are accepted", () => {
  expect([nextTab("failures"), nextTab("data")]).toEqual(["details", "failures"]);
  expect(["logs", "Logs", "", null, "__proto__"].map(readTab)).toEqual(["logs", null, null, null, null]);
});

describe("the duration of a job", () => {
  it.each([
    ["completed", [100, 160, 1480], "22 minutes"],
    ["completed", [100, 160, 220], "1 minute"],
    ["running", [0, 160, 0], "47 minutes"],
    ["pending", [100, 0, 0], "Not started (queued for 48 minutes)"],
    ["completed", [100, 0, 700], "10 minutes"],
    ["completed", [0, 0, 700], null],
    ["pending", [0, 0, 0], null],
    ["completed", [100, 800, 700], "0 minutes"],
    // Publishers may omit the start.
    ["running", [100, 0, 0], "48 minutes"],
    ["completed", [100, 0, 0], null],
  ] as const)(
    "%s, with the times %j: %s",
    (state, [submit_timestamp, start_timestamp, end_timestamp], text) => {
      expect(durationText({ state, submit_timestamp, start_timestamp, end_timestamp }, 2980)).toBe(text);
    },
  );
});

it.each([
  [["linux64", ["debug"], "Mochitest", "M"], "Linux x64 debug Mochitest mochitest-1 M(1)"],
  [["linux64", [], "unknown", "?"], "Linux x64 mochitest-1 (1)"],
  [["beos", ["opt", "e10s"], "Group", "G"], "beos opt e10s Group mochitest-1 G(1)"],
] as const)("%j is called %s", ([platform, options, group_name, group_symbol], title) => {
  const machine_platform = { platform, os_name: "", architecture: "" };
  const job = { machine_platform, options, group_name, group_symbol, name: "mochitest-1", job_symbol: "1" };
  expect(jobTitle(job)).toBe(title);
});

it("words that a bug shares with the line are marked, whatever their case", () => {
  const pieces = sharedWords("Intermittent test_x.js | Boom a (boom)", "FAIL | a/test_x.js | boom");
  expect(pieces).toEqual([
    { text: "Intermittent ", isShared: false },
    { text: "test_x.js", isShared: true },
    { text: " | ", isShared: false },
    { text: "Boom", isShared: true },
    { text: " a (", isShared: false },
    { text: "boom", isShared: true },
    { text: ")", isShared: false },
  ]);
});

it.each([
  [1_467_367_200_000, "Fri Jul 1, 10:00:00 UTC"],
  [Number.NaN, null],
  [1e20, null],
])("%d is shown as %s", (ms, text) => {
  expect(timeText(ms, "UTC")).toBe(text);
});
