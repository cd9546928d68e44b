import type { PostedJob, PostedResultSet } from "../client/src/index.ts";
import { PUSH } from "./sample-messages.ts";

/** An item to post, and the expected verdict on it. */
export interface SamplePost<Item> {
  readonly title: string;
  readonly body: Item;
  readonly ends: readonly [{ readonly guid: string; readonly outcome: string }];
}

const author = "developer@example.org";

/** The push whose jobs the sample messages are about. */
export const postedPush: SamplePost<PostedResultSet> = {
  title: "the push of these jobs",
  body: {
    revision: PUSH,
    author,
    push_timestamp: Date.parse("2026-01-05T09:58:00Z") / 1000,
    revisions: [
      { revision: "1d2e3f405162738495a6b7c8d9e0f1020304a5b6", author, repository: "try", comment: "Prepare" },
      { revision: PUSH, author, repository: "try", comment: "Fix the window" },
    ],
  },
  ends: [{ guid: PUSH.slice(0, 12), outcome: "stored" }],
};

function jobItem(job_guid: string, overrides: Partial<PostedJob["job"]>): PostedJob {
  const job = {
    job_guid,
    name: "Reftest",
    job_symbol: "R",
    group_name: "Tests",
    group_symbol: "T",
    machine_platform: { os_name: "linux", platform: "linux64", architecture: "x86_64" },
    option_collection: { debug: true },
    state: "completed",
    result: "success",
    ...overrides,
  };
  return { project: "try", revision: PUSH, job };
}

/** The job that is sent in both ways: a message starts it, and a post completes it. */
export const JOB_OF_BOTH_WAYS = "quickstart-2/0";

export const postedJobs: readonly SamplePost<PostedJob>[] = [
  {
    title: "a job that a message began",
    body: jobItem(JOB_OF_BOTH_WAYS, { end_timestamp: Date.parse("2026-01-05T10:12:00Z") / 1000 }),
    ends: [{ guid: JOB_OF_BOTH_WAYS, outcome: "stored" }],
  },
  {
    title: "a job that a message ended",
    body: jobItem("quickstart-1/0", { result: "testfailed" }),
    ends: [{ guid: "quickstart-1/0", outcome: "unchanged" }],
  },
  {
    title: "a job that no message named",
    body: jobItem("quickstart-8/0", {}),
    ends: [{ guid: "quickstart-8/0", outcome: "stored" }],
  },
  {
    title: "an item that is not valid",
    body: jobItem("quickstart_9", { tier: -1 }),
    ends: [{ guid: "quickstart_9", outcome: "rejected" }],
  },
];

/** One more item, for people to post. */
export const anotherPost = jobItem("quickstart-10/0", { state: "running" });
