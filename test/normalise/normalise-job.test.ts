import { describe, expect, it } from "@jest/globals";
import type { JobSubmission } from "../../src/domain/submission.ts";
import { normaliseJob } from "../../src/normalise/normalise-job.ts";
import { validateJob } from "../../src/validate/validate-job.ts";
import { aMessage, REVISION, schemas } from "../examples.ts";

type Overrides = Readonly<Record<string, unknown>>;
const hg = { kind: "hg.mozilla.org", project: "try" };
const display = { jobName: "n", jobSymbol: "M", groupSymbol: "g" };
const machine = (name: string | undefined, platform: string) => ({
  ...(name === undefined ? {} : { name }),
  ...{ platform, os: "os", architecture: "x86" },
});
const platform = (name: string) => ({ platform: name, os_name: "os", architecture: "x86" });

function submissionOf(overrides: Overrides): JobSubmission {
  const message = validateJob(aMessage(overrides), schemas);
  if (!message.ok) throw new Error(JSON.stringify(message.fault));
  const submission = normaliseJob(message.value);
  if (!submission.ok) throw new Error(JSON.stringify(submission.fault));
  // Compared as JSON, the form in which it is printed and in which a REST client would post it.
  return JSON.parse(JSON.stringify(submission.value));
}

it("a member that is missing from the message has its default or is missing", () => {
  const message = {
    ...{ taskId: "a/0", origin: { ...hg, revision: REVISION }, buildSystem: "b", display },
    ...{ state: "pending", jobKind: "build", version: 1 },
  };
  const job = validateJob(message, schemas);
  expect(job.ok && JSON.parse(JSON.stringify(normaliseJob(job.value)))).toEqual({
    ok: true,
    value: {
      project: "try",
      revision: REVISION,
      coalesced: [],
      job: {
        ...{ job_guid: "a/0", name: "n", job_symbol: "M", group_name: "unknown", group_symbol: "g" },
        ...{
          product_name: "unknown",
          state: "pending",
          result: "unknown",
          reason: "unknown",
          who: "unknown",
        },
        ...{ build_system_type: "b", tier: 1, machine: "unknown", build_platform: {}, machine_platform: {} },
        ...{ option_collection: { opt: true }, log_references: [], artifacts: [] },
      },
    },
  });
});

describe("field by field", () => {
  const table: readonly (readonly [title: string, Overrides, job: Overrides])[] = [
    ["a chunk follows the symbol", { display: { ...display, chunkId: 3 } }, { job_symbol: "M3" }],
    [
      "an empty symbol leaves the chunk",
      { display: { ...display, jobSymbol: "", chunkId: 12 } },
      { job_symbol: "12" },
    ],
    ["neither of them", { display: { ...display, jobSymbol: "" } }, { job_symbol: "" }],
    [
      "a chunk is written in digits",
      { display: { ...display, chunkId: 1e21 } },
      { job_symbol: "M1000000000000000000000" },
    ],
    ["the number of chunks is ignored", { display: { ...display, chunkCount: 9 } }, { job_symbol: "M" }],
    [
      "group, product, reason and owner",
      { display: { ...display, groupName: "G" }, productName: "p", reason: "r", owner: "o", tier: 3 },
      { group_name: "G", group_symbol: "g", product_name: "p", reason: "r", who: "o", tier: 3 },
    ],
    [
      "both machines",
      { buildMachine: machine("bm", "linux64"), runMachine: machine("rm", "win7") },
      { machine: "bm", build_platform: platform("linux64"), machine_platform: platform("win7") },
    ],
    [
      "a build machine without a name counts",
      { buildMachine: machine(undefined, "linux64"), runMachine: machine("rm", "win7") },
      { machine: "unknown", build_platform: platform("linux64") },
    ],
    [
      "a run machine is used for both",
      { runMachine: machine("rm", "win7") },
      { machine: "rm", build_platform: platform("win7"), machine_platform: platform("win7") },
    ],
    [
      "a build machine is used for both",
      { buildMachine: machine("bm", "linux64") },
      { machine: "bm", build_platform: platform("linux64"), machine_platform: platform("linux64") },
    ],
    [
      "labels become options, each once",
      { labels: ["debug", "e10s", "debug"] },
      { option_collection: { debug: true, e10s: true } },
    ],
    ["an empty list of labels means no options", { labels: [] }, { option_collection: {} }],
    [
      "labels named like inherited object members",
      { labels: ["__proto__", "constructor", "toString"] },
      { option_collection: JSON.parse('{"__proto__":true,"constructor":true,"toString":true}') },
    ],
    [
      "times in seconds",
      {
        timeScheduled: "2016-07-01T10:00:00Z",
        timeStarted: "2016-07-01",
        timeCompleted: "2016-07-01T12:00:30.999+02:00",
      },
      { submit_timestamp: 1467367200, start_timestamp: 1467331200, end_timestamp: 1467367230 },
    ],
    [
      "logs in their order; with steps, even none, they are parsed",
      {
        logs: [
          { name: "a", url: "u" },
          { name: "b", url: "v", steps: [] },
        ],
      },
      {
        log_references: [
          { name: "a", url: "u", parse_status: "pending" },
          { name: "b", url: "v", parse_status: "parsed" },
        ],
      },
    ],
  ];
  for (const [title, overrides, job] of table) {
    it(title, () => expect(submissionOf(overrides).job).toMatchObject(job));
  }

  it("a time that the message lacks is missing", () => {
    const { job } = submissionOf({ timeStarted: "2016-07-01" });
    expect(Object.keys(job)).toContain("start_timestamp");
    expect(Object.keys(job)).not.toContain("submit_timestamp");
    expect(Object.keys(job)).not.toContain("end_timestamp");
  });
});

describe("the push", () => {
  const github = { kind: "github.com", project: "p" };
  const table: readonly (readonly [title: string, origin: Overrides, push: Overrides])[] = [
    ["by its revision", { ...hg, revision: REVISION }, { revision: REVISION }],
    [
      "by its hash, where the revision is empty",
      { ...hg, revision: "", revision_hash: REVISION },
      { revision_hash: REVISION },
    ],
    [
      "by its hash, if the revision is not a text",
      { ...hg, revision: 5, revision_hash: REVISION },
      { revision_hash: REVISION },
    ],
    [
      "a short revision takes precedence over a hash",
      { ...hg, revision: "a1b2c3d4e5f6", revision_hash: REVISION },
      { revision: "a1b2c3d4e5f6" },
    ],
    ["by its hash", { ...hg, revision_hash: REVISION }, { revision_hash: REVISION }],
    [
      "a revision takes precedence over a malformed hash",
      { ...hg, revision: REVISION, revision_hash: "x" },
      { revision: REVISION },
    ],
    [
      "on github, a revision takes precedence over a hash",
      { ...github, revision: "Z".repeat(40), revision_hash: REVISION },
      { revision: "Z".repeat(40) },
    ],
  ];
  for (const [title, origin, push] of table) {
    it(title, () => {
      const { job, coalesced, ...rest } = submissionOf({ origin });
      expect(rest).toEqual({ project: origin["project"], ...push });
    });
  }
});

it("coalesced ids are next to the job", () => {
  expect(submissionOf({ coalesced: ["a/0", "b_1"] })).toMatchObject({ coalesced: ["a/0", "b_1"] });
});

describe("a job is rejected for a time that cannot be parsed, with a pointer to it:", () => {
  for (const member of ["timeScheduled", "timeStarted", "timeCompleted"]) {
    it(member, () => {
      const message = validateJob(aMessage({ [member]: "not a date" }), schemas);
      expect(message.ok && normaliseJob(message.value)).toEqual({
        ok: false,
        fault: { reason: "unreadable-time", pointer: `/${member}`, value: "not a date" },
      });
    });
  }
});
