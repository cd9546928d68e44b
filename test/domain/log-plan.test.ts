import { describe, expect, it } from "@jest/globals";
import { isParsedHere } from "../../src/domain/log-plan.ts";
import { normaliseSubmission } from "../../src/submission/normalise-submission.ts";
import { submissionRules } from "../examples.ts";

interface Planned {
  /** The status that the log is stored with. */
  readonly status: string | undefined;
  /** Whether the worker reads the log. */
  readonly isRead: boolean;
  /** Whether bug suggestions are made from the submitted summary. */
  readonly suggests: boolean;
}

const NONE = ["none", "pending", "error", "nonsense"];

/** Returns a submission with one log of this name and status, and with these artifacts. */
function plan(name: string | null, sent: string, along: string, logname?: string): Planned {
  const blob = { step_data: { all_errors: [] }, ...(logname === undefined ? {} : { logname }) };
  const artifacts = [
    ...(along.includes("TLS") ? [{ name: "text_log_summary", type: "json", blob }] : []),
    ...(along.includes("BS") ? [{ name: "Bug suggestions", type: "json", blob: [] }] : []),
  ];
  const log = { name: name ?? "", url: "http://h/log", ...(sent === "none" ? {} : { parse_status: sent }) };
  const prepared = normaliseSubmission(
    {
      project: "try",
      revision: "a".repeat(40),
      coalesced: [],
      job: { job_guid: "g", log_references: name === null ? [] : [log], artifacts },
    },
    submissionRules,
  );
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.fault));
  const [stored] = prepared.value.logs;
  return {
    status: stored?.parse_status,
    isRead: stored?.parse_status === "pending" && isParsedHere(stored.name),
    suggests: prepared.value.suggestions_for !== null,
  };
}

type Row = [sent: readonly string[], along: string, status: string, isRead: boolean, suggests: boolean];

const tables: Readonly<Record<string, readonly Row[]>> = {
  buildbot_text: [
    [NONE, "", "pending", true, false],
    [NONE, "BS", "pending", true, false],
    [NONE, "TLS", "parsed", false, true],
    [NONE, "TLS BS", "parsed", false, false],
    [["parsed"], "", "parsed", false, false],
    [["parsed"], "BS", "parsed", false, false],
    [["parsed"], "TLS", "parsed", false, true],
    [["parsed"], "TLS BS", "parsed", false, false],
    [["failed"], "", "failed", false, false],
    [["failed"], "BS", "failed", false, false],
    [["failed"], "TLS", "parsed", false, true],
    [["failed"], "TLS BS", "parsed", false, false],
  ],
  "builds-4h": [
    [NONE, "", "pending", true, false],
    [NONE, "BS", "pending", true, false],
    [NONE, "TLS", "pending", true, true],
    [NONE, "TLS BS", "pending", true, false],
    [["parsed"], "", "parsed", false, false],
    [["parsed"], "TLS", "parsed", false, true],
    [["failed"], "", "failed", false, false],
    [["failed"], "TLS", "failed", false, true],
    [["failed"], "TLS BS", "failed", false, false],
  ],
  // Logs with these names are stored unchanged, and not read.
  errorsummary_json: [
    [NONE, "", "pending", false, false],
    [NONE, "TLS", "pending", false, true],
    [["parsed"], "TLS BS", "parsed", false, false],
    [["failed"], "TLS", "failed", false, true],
  ],
  "a custom name": [
    [NONE, "", "pending", false, false],
    [NONE, "BS", "pending", false, false],
    [NONE, "TLS", "pending", false, true],
    [NONE, "TLS BS", "pending", false, false],
    [["parsed"], "", "parsed", false, false],
    [["parsed"], "TLS", "parsed", false, true],
    [["failed"], "TLS", "failed", false, true],
    [["failed"], "TLS BS", "failed", false, false],
  ],
};

for (const [name, rows] of Object.entries(tables)) {
  describe(`a log called ${name}`, () => {
    for (const [sents, along, status, isRead, suggests] of rows) {
      for (const sent of sents) {
        it(`sent as ${sent} with ${along || "nothing"} is ${status}${isRead ? ", and read" : ""}`, () => {
          expect(plan(name, sent, along)).toEqual({ status, isRead, suggests });
        });
      }
    }
  });
}

describe("a summary that names its log", () => {
  it.each([
    ["a custom name", "pending", "a custom name", "parsed"],
    ["a custom name", "failed", "a custom name", "parsed"],
    ["a custom name", "pending", "another", "pending"],
    ["builds-4h", "pending", "builds-4h", "parsed"],
    // Any summary marks the default log as parsed, even one that was made from another log.
    ["buildbot_text", "pending", "a custom name", "parsed"],
  ])("log %s sent as %s, summary of %s: %s", (name, sent, logname, status) => {
    expect(plan(name, sent, "TLS", logname).status).toBe(status);
  });
});

it.each([
  ["TLS", true],
  ["TLS BS", false],
  ["BS", false],
  ["", false],
])("a submission without a log, with %j, gets suggestions: %s", (along, suggests) => {
  expect(plan(null, "none", along)).toEqual({ status: undefined, isRead: false, suggests });
});
