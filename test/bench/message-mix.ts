import { createHash } from "node:crypto";

export interface MessageMix {
  /** The messages in the order of publishing. */
  readonly bodies: readonly Buffer[];
  /** How many job messages each body holds. */
  readonly jobsOf: readonly number[];
  /** How many job messages all bodies hold together. */
  readonly jobMessages: number;
  /** The outcomes of the job messages in a store that is empty at first. */
  readonly outcomes: { readonly stored: number; readonly unchanged: number; readonly rejected: number };
  readonly first: JobName;
  /** The job that ends last. */
  readonly last: JobName;
}

interface JobName {
  readonly project: string;
  readonly guid: string;
}

type State = "pending" | "running" | "completed";
const states: readonly State[] = ["pending", "running", "completed"];
/** The messages of one job are some hundred messages apart, as they are when many jobs run. */
const SPREAD = 300;
const platforms = ["linux64", "win10-64", "osx-1015", "android-em-7-0"];
const suites = [
  ...[
    "mochitest-plain-headless",
    "mochitest-browser-chrome",
    "mochitest-devtools-chrome",
    "web-platform-tests",
  ],
  ...["reftest", "crashtest", "xpcshell", "marionette", "cppunit", "jittest"],
];
const CHUNKS = 75;
/** The number for all projects together. */
export const JOBS_PER_PUSH = 50;
const DUPLICATE_EVERY = 100;
const INVALID_EVERY = 1000;
const ARRAY_EVERY = 40;

/**
 * Returns realistic job messages: with real shapes and sizes, in all states, sometimes several in one body, a
 * duplicate, or an invalid one. They are the same for the same arguments.
 *
 * @param jobs - how many jobs pass through all of their states.
 * @param prefix - mixes with different prefixes have no job in common.
 */
export function messageMix(jobs: number, prefix: string): MessageMix {
  const outcomes = { stored: 0, unchanged: 0, rejected: 0 };
  const stream: object[] = [];
  for (let at = 0; at < jobs + 2 * SPREAD; at++) {
    for (const [wave, state] of states.entries()) {
      const job = at - wave * SPREAD;
      if (job < 0 || job >= jobs) continue;
      const item = jobMessage(prefix, job, state);
      stream.push(item);
      outcomes.stored++;
      if (outcomes.stored % DUPLICATE_EVERY === 0) {
        stream.push(item);
        outcomes.unchanged++;
      }
      if (outcomes.stored % INVALID_EVERY === 0) {
        stream.push({ ...item, state: "finished" });
        outcomes.rejected++;
      }
    }
  }
  const bodies: Buffer[] = [];
  const jobsOf: number[] = [];
  for (let at = 0; at < stream.length; ) {
    const size = at % ARRAY_EVERY === 0 ? Math.min(5, stream.length - at) : 1;
    bodies.push(Buffer.from(JSON.stringify(size === 1 ? stream[at] : stream.slice(at, at + size))));
    jobsOf.push(size);
    at += size;
  }
  const nameOf = (job: number): JobName => ({ project: projectOf(job), guid: taskId(prefix, job) });
  return { bodies, jobsOf, jobMessages: stream.length, outcomes, first: nameOf(0), last: nameOf(jobs - 1) };
}

/** Returns an id that is as random as those of real tasks, because that affects a store's indexes. */
export function taskId(prefix: string, job: number): string {
  const digest = createHash("sha256").update(`${prefix} ${job}`).digest("base64");
  return `${digest.replaceAll("/", "+").slice(0, 22)}/0`;
}

export function projectOf(job: number): string {
  return ["autoland", "mozilla-central", "try"][job % 3] ?? "";
}

/** Returns a valid message. Different numbers give different ids, pushes, platforms and names. */
export function jobMessage(prefix: string, job: number, state: State): object {
  const id = taskId(prefix, job);
  // As many kinds of jobs as a push of a large project has. Each kind has a signature of its own.
  const kind = job % (platforms.length * suites.length * CHUNKS);
  const platform = platforms[kind % platforms.length];
  const suite = suites[Math.floor(kind / platforms.length) % suites.length];
  const chunk = 1 + Math.floor(kind / platforms.length / suites.length);
  const machine = {
    name: `t-${platform}-${job % 500}`,
    platform,
    os: platform?.slice(0, 3),
    architecture: "x86_64",
  };
  return {
    taskId: id,
    origin: {
      kind: "hg.mozilla.org",
      project: projectOf(job),
      revision: revisionOf(Math.floor(job / JOBS_PER_PUSH)),
      pushLogID: Math.floor(job / JOBS_PER_PUSH),
    },
    buildSystem: "taskcluster",
    display: {
      jobName: `test-${platform}/opt-${suite}-e10s-${chunk}`,
      jobSymbol: "h",
      chunkId: chunk,
      groupSymbol: "M-e10s",
      groupName: "Mochitests with e10s",
    },
    state,
    ...(state === "completed" ? { result: job % 9 === 0 ? "fail" : "success" } : {}),
    jobKind: job % 7 === 0 ? "build" : "test",
    tier: 1 + (job % 2),
    owner: `developer${job % 80}@example.org`,
    reason: "scheduled",
    productName: "firefox",
    labels: job % 5 === 0 ? ["debug"] : ["opt", "e10s"],
    timeScheduled: "2026-01-05T10:00:00.123Z",
    ...(state === "pending"
      ? {}
      : { timeStarted: "2026-01-05T10:05:07.456Z", buildMachine: machine, runMachine: machine }),
    ...(state === "completed"
      ? { timeCompleted: "2026-01-05T10:25:31.789Z", jobInfo: jobInfo(id), logs: logs(id, job) }
      : {}),
    extra: { artifacts: [] },
    version: 1,
  };
}

export function revisionOf(push: number): string {
  return (push * 2_654_435_761).toString(16).padStart(14, "0").repeat(3).slice(0, 40);
}

function jobInfo(id: string): object {
  const link = (name: string) => ({
    label: "artifact uploaded",
    linkText: name,
    url: `https://queue.example.org/v1/task/${id}/artifacts/public/test_info/${name}`,
  });
  return {
    summary: "2104 passed, 0 failed, 12 skipped",
    links: ["mochitest-plain_errorsummary.log", "mochitest-plain_raw.log", "resource-usage.json"].map(link),
  };
}

function logs(id: string, job: number): object[] {
  const log = {
    name: "live_backing_log",
    url: `https://queue.example.org/v1/task/${id}/artifacts/live_backing.log`,
  };
  if (job % 6 !== 0) return [log];
  const step = (order: number) => ({
    name: `step ${order}`,
    timeStarted: "2026-01-05T10:05:07Z",
    timeFinished: "2026-01-05T10:15:07Z",
    lineStarted: order * 100,
    lineFinished: order * 100 + 99,
    result: "success",
    errors:
      order === 2 ? [{ line: "TEST-UNEXPECTED-FAIL | dom/tests/test_a.html | boom", linenumber: 251 }] : [],
  });
  return [
    log,
    { name: "buildbot_text", url: log.url, steps: [0, 1, 2, 3].map(step), errorsTruncated: false },
  ];
}
