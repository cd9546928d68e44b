import { aMessage, REVISION } from "../examples.ts";

const machine = { name: "bm-1", platform: "linux64", os: "linux", architecture: "x86_64" };
const github = { kind: "github.com", project: "p", revision: "Z".repeat(40), owner: "o", pullRequestID: 1 };
const link = { url: "http://x/", linkText: "t", label: "l" };
const step = {
  ...{ name: "s", timeStarted: "2016-07-01T10:00:00Z", timeFinished: "2016-07-01 10:00:05.9" },
  ...{ lineStarted: 0, lineFinished: 9, result: "fail", errors: [{ line: "boom", linenumber: 3 }, {}] },
};
const details = { job_details: [{ title: "t", value: "v", url: "u", content_type: "link" }, { value: "w" }] };
const blobs = [
  {
    name: "text_log_summary",
    type: "json",
    blob: { step_data: { all_errors: [], steps: [] }, logname: "mine" },
  },
  { name: "Bug suggestions", type: "json", blob: [] },
  { name: "Job Info", type: "json", blob: JSON.stringify(details) },
  { name: "other", type: "text", blob: "text" },
  {
    name: "performance_data",
    type: "json",
    blob: {
      performance_data: [
        { framework: { name: "f" }, suites: [{ name: "s", subtests: [{ name: "t", value: 1 }] }] },
      ],
    },
  },
];

/** Valid messages that together have every member of the schema. Mutants are made from them. */
export const corpus: readonly object[] = [
  aMessage(),
  aMessage({ state: "pending", result: undefined, timeScheduled: "2016-07-01T12:00:30.999+02:00" }),
  aMessage({ state: "running", origin: github, timeStarted: "Fri, 01 Jul 2016 10:00:00 GMT" }),
  aMessage({ state: "unscheduled" }),
  aMessage({
    origin: { kind: "hg.mozilla.org", project: "try", revision_hash: REVISION, pushLogID: 5 },
    ...{
      isRetried: true,
      retryId: 1,
      jobKind: "build",
      tier: 2,
      productName: "firefox",
      owner: "o",
      reason: "r",
    },
    ...{ buildMachine: machine, runMachine: { ...machine, name: undefined, platform: "win7" } },
    ...{ labels: ["opt", "debug", "e10s"], coalesced: ["a_b/c", "d/0"], timeCompleted: "2016-07-01" },
  }),
  aMessage({
    jobInfo: { summary: "<b>2 passed</b>", links: [link, { ...link, label: "m" }] },
    logs: [
      { name: "live", url: "http://logs/1" },
      {
        name: "buildbot_text",
        url: "http://logs/2",
        steps: [step, { ...step, result: "success" }],
        errorsTruncated: false,
      },
    ],
    extra: { artifacts: blobs, more: [1, "x", null, true, { deep: [[]] }] },
  }),
].map((message) => JSON.parse(JSON.stringify(message)) as object);
