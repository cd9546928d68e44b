import { describe, expect, it } from "@jest/globals";
import { type FunctionComponent, h } from "preact";
import { renderToString } from "preact-render-to-string";
import { FailureTab } from "../../src/web/job/failure-tab.tsx";
import { HistoryTab } from "../../src/web/job/history-tab.tsx";
import { JobResult } from "../../src/web/job/job-facts.tsx";
import { LogTab } from "../../src/web/job/log-tab.tsx";
import type { TabProps } from "../../src/web/job/tab-props.ts";
import type { LogOfJob, ShownJob } from "../../src/web/shown-job.ts";
import { anArrival } from "../examples.ts";

const { job } = anArrival().submission;

interface Given extends Partial<Omit<ShownJob, "job" | "failures" | "history">> {
  readonly state?: string;
  readonly guid?: string;
  readonly failures?: Partial<ShownJob["failures"]>;
  readonly history?: Partial<ShownJob["history"]>;
}

function aShownJob({ state = "completed", guid = "task/0", failures, history, ...others }: Given): ShownJob {
  const facts = { ...job, state, job_guid: guid, project: "try", result_set: "try/a", version: 1 };
  return {
    job: { ...facts, failure_classification_id: 1, running_eta: 0 },
    ...{
      push: null,
      coalesced_to: null,
      details: [],
      has_more_details: false,
      performance: { rows: [], is_cut: false },
      logs: [],
      data: [],
    },
    failures: { lines: [], is_cut: false, log_name: null, steps: [], ...failures },
    history: {
      ...{
        transitions: [],
        refused: [],
        made: [],
        suggestions: [],
        rejections: [],
        has_more_rejections: false,
      },
      ...history,
    },
    ...{
      typical_seconds: null,
      similar: null,
      bug_address: "https://bugs.example/",
      read_at: "2026-01-05T10:00:00Z",
    },
    ...others,
  };
}

function aLog(overrides: Partial<LogOfJob>): LogOfJob {
  const log = { name: "buildbot_text", url: "https://logs.example/1", parse_status: "pending" } as const;
  return { ...log, attempts: 0, next_attempt_at: null, failure: null, is_read_here: true, ...overrides };
}

/** Returns the text of a component, without its elements. */
function textOf(component: FunctionComponent<TabProps & { nowMs: number }>, given: Given): string {
  const html = renderToString(h(component, { shown: aShownJob(given), zone: "UTC", nowMs: 0 }));
  return html
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
    .replaceAll("&quot;", '"');
}

describe("the failure tab", () => {
  it.each<[string, Given, readonly string[]]>([
    ["a job without logs", {}, ["No logs available for this job", "The history shows the messages."]],
    ["a job that runs", { state: "running" }, ["No logs available for this job", "It has not ended yet."]],
    ["a pending log", { logs: [aLog({})] }, ["Log parsing in progress."]],
    [
      "a log whose host fails",
      { logs: [aLog({ attempts: 2, failure: "HTTP 500", next_attempt_at: "2026-01-05T10:00:30Z" })] },
      ["Attempt 2 failed: HTTP 500", "The next attempt is at Mon Jan 5, 10:00:30 UTC"],
    ],
    [
      "a log that is lost",
      { logs: [aLog({ parse_status: "failed", failure: "HTTP 404" })] },
      [
        "Log parsing failed.",
        "buildbot_text: HTTP 404",
        "pulse-ingest logs reparse --project try --job task/0",
      ],
    ],
    [
      "a log with a name that workers do not read",
      { logs: [aLog({ name: "live", is_read_here: false })] },
      ["Logs with the name live are not read here", "Open the log"],
    ],
    [
      "a log without errors",
      { logs: [aLog({ parse_status: "parsed" })] },
      ["Failure summary is empty", "Open the log"],
    ],
    [
      "steps without error lines",
      { failures: { steps: [{ name: "run", result: "busted", last_line: 9 }] } },
      ["No Bug Suggestions Available.", "run : busted. log"],
    ],
  ])("for %s says what is known, and what to do next", (_name, given, texts) => {
    const text = textOf(FailureTab, given);
    for (const each of texts) expect(text).toContain(each);
  });
});

it.each<[Partial<LogOfJob>, string]>([
  [
    { parse_status: "parsed" },
    '<a class="button" href="/log?project=try&amp;guid=task%2F0&amp;log=buildbot_text">',
  ],
  [{ parse_status: "pending" }, 'title="Log parsing in progress"'],
  [{ parse_status: "failed" }, 'title="Log parsing has failed"'],
  [{ parse_status: "pending", name: "live", is_read_here: false }, '<a class="button" href="/log?'],
  [{ name: "errors_json", parse_status: "parsed" }, "No logs available for this job"],
])("the log viewer's button for a log %j is: %s", (log, html) => {
  const shown = aShownJob({ logs: [aLog(log)] });
  expect(renderToString(h(JobResult, { shown }))).toContain(html);
});

describe("the logs tab", () => {
  it.each<[Partial<LogOfJob>, string]>([
    [
      { next_attempt_at: "2026-01-05T10:00:30Z", attempts: 1 },
      "next attempt Mon Jan 5, 10:00:30 UTC , after 1 that failed",
    ],
    [{ parse_status: "failed", attempts: 8 }, "Given up after 8 attempts."],
    [{ parse_status: "failed", attempts: 1 }, "Given up after 1 attempt."],
    [{ parse_status: "failed" }, "Its publisher says that it could not be parsed."],
    [{ name: "live", is_read_here: false }, "their publisher sends the summary"],
  ])("says for %j: %s", (log, text) => {
    expect(textOf(LogTab, { logs: [aLog(log)] })).toContain(text);
  });
});

describe("a command to copy", () => {
  it("is quoted for the shell, and a guid is never read as an option", () => {
    expect(textOf(HistoryTab, { guid: "-x" })).toContain("pulse-ingest explain --project try -- -x");
    expect(textOf(HistoryTab, { guid: "a b;`c`/0" })).toContain("explain --project try 'a b;`c`/0'");
  });

  it("that has logs read again is offered only if a log is read here", () => {
    const lost = { parse_status: "failed" } as const;
    const foreign = { ...lost, name: "live", is_read_here: false };
    for (const tab of [LogTab, FailureTab]) {
      expect(textOf(tab, { logs: [aLog(foreign)] })).not.toContain("reparse");
      expect(textOf(tab, { logs: [aLog(foreign), aLog(lost)] })).toContain(
        "To have the logs of this job read again: pulse-ingest logs reparse --project try --job task/0",
      );
    }
  });

  it("is not offered if the guid contains invisible characters", () => {
    expect(textOf(HistoryTab, { guid: "a\nb\u202e" })).not.toContain("pulse-ingest explain");
  });
});

it("a job that several senders changed shows a notice, and how to limit that", () => {
  const transition = {
    state: "running",
    result: null,
    received_at: "2026-01-05T10:00:00Z",
    redelivered: false,
  };
  const transitions = ["exchange/a", "exchange/\u202eb"].map((from) => ({ ...transition, from, by: "key" }));
  const text = textOf(HistoryTab, { history: { transitions } });
  expect(text).toContain("changed by more than one sender: exchange/a, exchange/\\u202eb");
});
