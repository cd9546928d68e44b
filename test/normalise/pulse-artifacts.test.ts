import { describe, expect, it } from "@jest/globals";
import type { Source } from "../../src/domain/text/source-json.ts";
import { pulseArtifacts, unusableParts } from "../../src/normalise/pulse-artifacts.ts";
import type { PulseJob } from "../../src/validate/message-types.ts";
import { validateJob } from "../../src/validate/validate-job.ts";
import { aMessage, schemas } from "../examples.ts";

type Overrides = Readonly<Record<string, unknown>>;
const link = { url: "http://x/", linkText: "t", label: "l" };
const detail = { url: "http://x/", content_type: "link", value: "t", title: "l" };
const step = {
  ...{ name: "s", timeStarted: "2016-07-01T10:00:00Z", timeFinished: "2016-07-01T10:00:05.900Z" },
  ...{ lineStarted: 7, lineFinished: 9, result: "fail" },
};
const made = {
  ...{ name: "s", result: "testfailed", started: 1467367200, finished: 1467367205, duration: 5 },
  ...{ started_linenumber: 7, finished_linenumber: 9, errors: [], error_count: 0, order: 0 },
};

function jobOf(overrides: Overrides): Source<PulseJob> {
  const message = validateJob(aMessage(overrides), schemas);
  if (!message.ok) throw new Error(JSON.stringify(message.fault));
  return message.value;
}

function artifactsOf(overrides: Overrides): readonly unknown[] {
  const artifacts = pulseArtifacts(jobOf(overrides));
  if (!artifacts.ok) throw new Error(JSON.stringify(artifacts.fault));
  return artifacts.value;
}

const summaryOf = (logs: readonly unknown[], overrides: Overrides = {}) =>
  artifactsOf({ logs, ...overrides }).map((artifact) => (artifact as { blob: unknown }).blob);

it("are in this order: Job Info, text_log_summary, then extra.artifacts, unchanged except for the guid", () => {
  const extra = {
    artifacts: [
      { name: "b", type: "json", blob: { x: 1 }, job_guid: "another" },
      { name: "a", other: [1] },
    ],
  };
  expect(artifactsOf({ jobInfo: {}, logs: [{ name: "n", url: "u", steps: [] }], extra })).toMatchObject([
    { name: "Job Info", type: "json", job_guid: "guid/0" },
    { name: "text_log_summary", type: "json", job_guid: "guid/0" },
    { name: "b", type: "json", blob: { x: 1 }, job_guid: "guid/0" },
    { name: "a", other: [1], job_guid: "guid/0" },
  ]);
});

it("are empty for a message without any", () =>
  expect(artifactsOf({ logs: [{ name: "n", url: "u" }], extra: {} })).toEqual([]));

describe("Job Info", () => {
  const table: readonly (readonly [title: string, jobInfo: Overrides, details: readonly unknown[]])[] = [
    ["of an empty jobInfo has no details", {}, []],
    [
      "the summary comes first, even an empty one",
      { links: [link], summary: "" },
      [{ content_type: "raw_html", value: "", title: "Summary" }, detail],
    ],
    [
      "links keep their order",
      { links: [link, { ...link, label: "m" }] },
      [detail, { ...detail, title: "m" }],
    ],
    [
      "a later link that lacks a part is left out",
      {
        links: [
          link,
          { url: "u", linkText: "t" },
          5,
          null,
          [link],
          { ...link, url: 5 },
          { ...link, label: "z" },
        ],
      },
      [detail, { ...detail, title: "z" }],
    ],
  ];
  for (const [title, jobInfo, job_details] of table) {
    it(title, () => {
      expect(artifactsOf({ jobInfo })).toEqual([
        { name: "Job Info", type: "json", job_guid: "guid/0", blob: { job_details } },
      ]);
    });
  }
});

describe("text_log_summary", () => {
  it("is made from the first log that has steps; steps of later logs are lost", () => {
    const errors = [{ line: "boom", linenumber: 8 }, {}];
    const logs = [
      { name: "live", url: "http://live" },
      { name: "buildbot_text", url: "http://text", steps: [step, { ...step, errors }] },
      { name: "other", url: "http://other", steps: [step] },
    ];
    expect(summaryOf(logs)).toEqual([
      {
        step_data: {
          all_errors: errors,
          steps: [made, { ...made, errors, error_count: 2, order: 1 }],
          errors_truncated: null,
        },
        logurl: "http://text",
      },
    ]);
  });

  it("does not contain the credentials in the log's URL", () => {
    expect(
      summaryOf([{ name: "n", url: "http://me:hunter2@h/log?token=hunter2", steps: [step] }]),
    ).toMatchObject([{ logurl: "http://me:***@h/log?token=***" }]);
  });

  it("has the errors of all steps in all_errors, in order", () => {
    const steps = ["a", "b", "c"].map((line) => ({ ...step, errors: [{ line }] }));
    expect(summaryOf([{ name: "n", url: "u", steps }])).toMatchObject([
      { step_data: { all_errors: [{ line: "a" }, { line: "b" }, { line: "c" }] } },
    ]);
  });

  for (const errorsTruncated of [true, false]) {
    it(`says whether errors were cut: ${errorsTruncated}`, () => {
      expect(summaryOf([{ name: "n", url: "u", steps: [], errorsTruncated }])).toMatchObject([
        { step_data: { all_errors: [], steps: [], errors_truncated: errorsTruncated } },
      ]);
    });
  }

  it("marks a failed step of a build as busted; a retried job does not change its steps", () => {
    const logs = [{ name: "n", url: "u", steps: [step] }];
    expect(summaryOf(logs, { jobKind: "build", isRetried: true })).toMatchObject([
      { step_data: { steps: [{ result: "busted" }] } },
    ]);
  });

  for (const [name, logname] of [
    ["buildbot_text", undefined],
    ["builds-4h", undefined],
    ["mine", "mine"],
  ]) {
    it(`${logname === undefined ? "names no log" : "names its log"} for a log called ${name}`, () => {
      const [blob] = summaryOf([{ name, url: "u", steps: [] }]) as [{ logname?: string }];
      expect(blob.logname).toBe(logname);
    });
  }

  it("a job is rejected for a step's time that cannot be parsed, with a pointer to it", () => {
    const logs = [
      { name: "a", url: "u" },
      { name: "n", url: "u", steps: [step, { ...step, timeFinished: "later" }] },
    ];
    expect(pulseArtifacts(jobOf({ logs }))).toEqual({
      ok: false,
      fault: { reason: "unreadable-time", pointer: "/logs/1/steps/1/timeFinished", value: "later" },
    });
  });
});

describe("a part that cannot be used is left out and refused:", () => {
  const artifact = { name: "a", type: "json", blob: 1 };
  const table: readonly (readonly [title: string, Overrides, refused: readonly string[]])[] = [
    ["nothing of a whole message", { jobInfo: { links: [link] }, extra: { artifacts: [artifact] } }, []],
    ["a later link", { jobInfo: { links: [link, { zzz: 1 }, link, 5] } }, ["link 1", "link 3"]],
    ["null for a list of artifacts", { extra: { artifacts: null } }, ["extra.artifacts"]],
    ["an object for a list of artifacts", { extra: { artifacts: {} } }, ["extra.artifacts"]],
    [
      "an item of the list of artifacts that is not an object",
      { extra: { artifacts: [null, artifact, 5, [artifact], "x"] } },
      ["extra.artifacts 0", "extra.artifacts 2", "extra.artifacts 3", "extra.artifacts 4"],
    ],
  ];
  for (const [title, overrides, refused] of table) {
    it(title, () => {
      expect(unusableParts(jobOf(overrides)).map(({ what }) => what)).toEqual(refused);
      const left = artifactsOf(overrides).filter((one) => (one as { name?: string }).name !== "Job Info");
      expect(left.every((one) => typeof one === "object" && one !== null && !Array.isArray(one))).toBe(true);
    });
  }
});
