import { expect, it } from "@jest/globals";
import { expectedArtifacts } from "../../../src/cli/commands/expected-artifacts.ts";

const summary = { name: "text_log_summary", type: "json", blob: { logname: "mine" } };
const suggestions = { name: "Bug suggestions", type: "json", blob: [] };
const log = (name: string, parse_status?: string) => ({ name, url: "http://logs.test/a", parse_status });
const both = ["text_log_summary", "Bug suggestions"];

it.each<[string, readonly object[], readonly object[], readonly string[]]>([
  ["a log without a status (J1)", [log("buildbot_text")], [], both],
  ["a pending log", [log("buildbot_text", "pending")], [], both],
  ["a pending log, with suggestions", [log("buildbot_text")], [suggestions], ["text_log_summary"]],
  ["a parsed log, with a summary (J2)", [log("buildbot_text", "parsed")], [summary], ["Bug suggestions"]],
  ["a parsed log, with both (J3)", [log("buildbot_text", "parsed")], [summary, suggestions], []],
  ["a parsed log alone", [log("buildbot_text", "parsed")], [], []],
  ["a failed log", [log("buildbot_text", "failed")], [], []],
  ["a log of another name", [log("mine")], [], []],
  ["a log of another name, with its summary", [log("mine", "parsed")], [summary], ["Bug suggestions"]],
  ["builds-4h with a summary", [log("builds-4h")], [summary], ["Bug suggestions"]],
  ["builds-4h with both", [log("builds-4h")], [summary, suggestions], []],
  ["a summary without a log", [], [summary], ["Bug suggestions"]],
  ["nothing", [], [], []],
])("a job with %s", (_what, log_references, artifacts, names) => {
  const item = { job: { job_guid: "g", log_references, artifacts } };
  expect(expectedArtifacts("jobs", [item, item])).toEqual(names.map((name) => ({ guid: "g", name })));
});

it("a job with artifacts: suggestions are made for each summary that was posted without them", () => {
  const items = [
    { ...summary, job_guid: "a" },
    { ...summary, job_guid: "b" },
    { ...suggestions, job_guid: "b" },
    { ...suggestions, job_guid: "c" },
  ];
  expect(expectedArtifacts("artifact", items)).toEqual([{ guid: "a", name: "Bug suggestions" }]);
});

it("the guid is the one under which the job is stored: its first 50 characters", () => {
  const guid = "g".repeat(60);
  const stored = { guid: "g".repeat(50), name: "Bug suggestions" };
  expect(expectedArtifacts("jobs", [{ job: { job_guid: guid, artifacts: [summary] } }])).toEqual([stored]);
  expect(expectedArtifacts("artifact", [{ ...summary, job_guid: guid }])).toEqual([stored]);
});

it("nothing is made for a push, nor for an item that is not a job", () => {
  expect(expectedArtifacts("resultset", [{ revision: "a" }])).toEqual([]);
  expect(expectedArtifacts("jobs", [null, {}, { job: { job_guid: 1 } }])).toEqual([]);
});
