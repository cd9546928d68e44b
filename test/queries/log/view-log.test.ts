import { describe, expect, it } from "@jest/globals";
import { findLog, viewLog } from "../../../src/queries/log/view-log.ts";
import type { JobView } from "../../../src/store/ports/job-reads.ts";
import type { StoredLog } from "../../../src/store/ports/log-store.ts";
import { aPreparedSubmission } from "../../examples.ts";

const place = { project: "try", guid: "task/0", log: null };
const error = (linenumber: number | null) => ({ line: `error ${linenumber}`, linenumber });
const step = (result: string, from: number, to: number | null, ...errors: readonly number[]) => ({
  ...{ name: "a step", result, started_linenumber: from, finished_linenumber: to },
  errors: errors.map(error),
});

function aLog(name: string): StoredLog {
  return {
    ...{ id: name, project: "try", job_guid: "task/0", name, url: `http://user:secret@logs.example/${name}` },
    ...{ parse_status: "parsed", attempts: 1, next_attempt_at: null, failure: null, last_modified: "" },
  };
}

interface Stored {
  readonly logs?: readonly string[];
  /** The blob of the summary; undefined if there is none. */
  readonly summary?: unknown;
  readonly state?: string;
}

function aStore({ logs = ["buildbot_text"], summary, state = "completed" }: Stored) {
  const { job } = aPreparedSubmission();
  const view = {
    job: { ...job, state, result_set: "try/abc" },
    coalesced_to: null,
    logs: logs.map(aLog),
    artifacts: [],
  };
  return {
    findJob: async (project: string, guid: string) =>
      project === "try" && guid === "task/0" ? (view as unknown as JobView) : null,
    findArtifact: async () =>
      summary === undefined
        ? null
        : { name: "text_log_summary", type: "json", blob: JSON.stringify(summary) },
    findResultSet: async () => null,
  };
}
const view = async (stored: Stored, log: string | null = null) => {
  const viewed = await viewLog(aStore(stored), { ...place, log });
  if (viewed === null) throw new Error("no job");
  return viewed;
};
const data = (steps: readonly object[], all_errors: readonly object[] = [], more: object = {}) => ({
  ...more,
  step_data: { steps, all_errors },
});

/** The name of a log as it was submitted, and as it is stored. */
const LONG = "logs/".repeat(12);
const CUT = LONG.slice(0, 50);

describe("the log that is shown", () => {
  it.each([
    [
      "the first that the worker reads",
      ["other", "builds-4h", "buildbot_text"],
      undefined,
      null,
      "builds-4h",
      "none",
    ],
    ["the one that the summary names", ["buildbot_text", "custom"], "custom", null, "custom", "of-this-log"],
    ["the one whose long name the summary contains uncut", [CUT], LONG, null, CUT, "of-this-log"],
    ["the one whose long name is requested uncut", [CUT, "custom"], "custom", LONG, CUT, "of-another-log"],
    [
      "the one that the worker reads, if the name is empty",
      ["buildbot_text"],
      "",
      null,
      "buildbot_text",
      "of-this-log",
    ],
    [
      "the one that is requested",
      ["buildbot_text", "custom"],
      "custom",
      "buildbot_text",
      "buildbot_text",
      "of-another-log",
    ],
    [
      "none, if the summary names a missing log",
      ["buildbot_text"],
      "custom",
      null,
      undefined,
      "of-another-log",
    ],
    ["none, if the requested log is missing", ["buildbot_text"], undefined, "x", undefined, "none"],
    ["none, if no name is known", ["other"], undefined, null, undefined, "none"],
    ["none, if there is no log", [], undefined, null, undefined, "none"],
  ])("%s", async (_name, logs, logname, log, chosen, state) => {
    const summary = logname === undefined ? undefined : data([step("success", 0, 1)], [], { logname });
    const viewed = await view({ logs, summary }, log);
    expect([viewed.chosen?.name, viewed.summary]).toEqual([chosen, state]);
    expect(viewed.steps).toHaveLength(state === "of-this-log" ? 1 : 0);
  });

  it("a summary without a name belongs to the log that the worker reads", async () => {
    const summary = data([step("success", 0, 1)]);
    expect((await view({ logs: ["custom", "buildbot_text"], summary })).summary).toBe("of-this-log");
    expect((await view({ logs: ["custom", "buildbot_text"], summary }, "custom")).summary).toBe(
      "of-another-log",
    );
  });

  it("a summary that cannot be read is reported as unreadable", async () => {
    expect((await view({ summary: [] })).summary).toBe("unreadable");
  });

  it("no password leaves the server", async () => {
    expect((await view({})).chosen?.url).toBe("http://user:***@logs.example/buildbot_text");
  });

  it("is fetched by its stored URL, and may grow until the job is completed", async () => {
    const url = "http://user:secret@logs.example/buildbot_text";
    expect(await findLog(aStore({}), place)).toEqual({ url, isFinal: true });
    expect(await findLog(aStore({ state: "running" }), place)).toEqual({ url, isFinal: false });
    expect(await findLog(aStore({}), { ...place, log: "x" })).toBeNull();
    expect(await findLog(aStore({}), { ...place, guid: "nobody" })).toBeNull();
  });
});

describe("the initial position", () => {
  it.each([
    [
      "the first error",
      data([step("busted", 2, 90, 40)], [error(null), error(50), error(40)]),
      { first: 50, last: 50 },
    ],
    [
      "the lines of the first step that did not succeed",
      data([step("success", 0, 9), step("busted", 10, 20)]),
      { first: 10, last: 20 },
    ],
    ["a step whose end is not known", data([step("unknown", 10, null)]), { first: 10, last: 10 }],
    ["the top", data([step("success", 0, 9)]), null],
  ])("%s", async (_name, summary, place) => {
    expect((await view({ summary })).opens_at).toEqual(place);
  });

  it("all failing lines are known, of steps and of the whole log", async () => {
    const viewed = await view({
      summary: data([step("busted", 0, 90, 40, 7)], [error(50), error(7), error(null)]),
    });
    expect(viewed.failing).toEqual([7, 40, 50]);
  });
});
