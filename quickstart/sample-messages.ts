/** A message to publish, and the expected outcome of each of its jobs. */
export interface Sample {
  readonly title: string;
  readonly body: unknown;
  readonly ends: readonly { readonly guid: string; readonly outcome: string }[];
}

/** The revision of the push that most of the jobs belong to. */
export const PUSH = "9f2a1c4e5d6b7a8091a2b3c4d5e6f708192a3b4c";
const OTHER_PUSH = "0b1c2d3e4f5061728394a5b6c7d8e9f00112233a";

interface Overrides {
  readonly [field: string]: unknown;
}

function message(taskId: string, overrides: Overrides): Overrides {
  return {
    taskId,
    origin: { kind: "hg.mozilla.org", project: "try", revision: PUSH },
    buildSystem: "taskcluster",
    display: { jobName: "Mochitest", jobSymbol: "M", chunkId: 1, groupSymbol: "T", groupName: "Tests" },
    jobKind: "test",
    owner: "someone@example.org",
    reason: "scheduler",
    labels: ["debug"],
    buildMachine: { name: "worker-1", platform: "linux64", os: "linux", architecture: "x86_64" },
    timeScheduled: "2026-01-05T10:00:00Z",
    version: 1,
    ...overrides,
  };
}

const running = message("quickstart-1/0", { state: "running", timeStarted: "2026-01-05T10:01:00Z" });
const completed = message("quickstart-1/0", {
  state: "completed",
  result: "fail",
  timeStarted: "2026-01-05T10:01:00Z",
  timeCompleted: "2026-01-05T10:09:30Z",
  jobInfo: {
    summary: "1 of 212 tests failed",
    links: [
      { label: "artifact uploaded", linkText: "screenshot.png", url: "https://example.org/screenshot.png" },
    ],
  },
});
const { taskId: _left_out, ...nameless } = completed;

/** The job whose log the quickstart serves. */
export const JOB_WITH_LOG = "quickstart-6/0";

/** One more message, for people to publish. */
export const anotherJob = message("quickstart-7/0", { state: "running" });

/** Returns the sample messages in the order of publishing. @param logUrl - the URL of a log that can be fetched. */
export const samplesWith = (logUrl: string): readonly Sample[] => [
  {
    title: "a job is scheduled",
    body: message("quickstart-1/0", { state: "pending" }),
    ends: [{ guid: "quickstart-1/0", outcome: "stored" }],
  },
  { title: "it runs", body: running, ends: [{ guid: "quickstart-1/0", outcome: "stored" }] },
  { title: "it fails", body: completed, ends: [{ guid: "quickstart-1/0", outcome: "stored" }] },
  {
    title: "two jobs in one message",
    body: [
      message("quickstart-2/0", { state: "running" }),
      message("quickstart-3/0", { state: "completed", result: "success" }),
    ],
    ends: [
      { guid: "quickstart-2/0", outcome: "stored" },
      { guid: "quickstart-3/0", outcome: "stored" },
    ],
  },
  {
    title: "a job of a push nobody knows yet",
    body: message("quickstart-4/0", {
      state: "pending",
      origin: { kind: "hg.mozilla.org", project: "try", revision: OTHER_PUSH },
    }),
    ends: [{ guid: "quickstart-4/0", outcome: "stored" }],
  },
  {
    title: "a message comes twice",
    body: completed,
    ends: [{ guid: "quickstart-1/0", outcome: "unchanged" }],
  },
  {
    title: "an older state comes late",
    body: running,
    ends: [{ guid: "quickstart-1/0", outcome: "unchanged" }],
  },
  {
    title: "an invalid message",
    body: { ...nameless, taskId: "quickstart_5", state: "finished" },
    ends: [{ guid: "quickstart_5", outcome: "rejected" }],
  },
  {
    title: "a job with a log",
    body: message(JOB_WITH_LOG, {
      state: "completed",
      result: "fail",
      logs: [{ name: "buildbot_text", url: logUrl }],
    }),
    ends: [{ guid: JOB_WITH_LOG, outcome: "stored" }],
  },
];
