import { jobDetails, measuredData } from "./job-artifacts.ts";
import { logOf } from "./log-text.ts";
import type { DemoJob } from "./plan-jobs.ts";
import { SeededRandom } from "./seeded-random.ts";

/** A message about a job, and when it arrives. */
export interface TimedMessage {
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
  readonly body: object;
}

/** Returns the path of a job's log on the demo's log host. */
export function logPath({ taskId }: DemoJob): string {
  return `/logs/${taskId.replace("/", "-")}.log`;
}

/**
 * Returns the messages about a job up to a point in time, as a publisher sends them over Pulse. Pure.
 *
 * @param logsUrl - the address of the host of the logs, without a slash at the end.
 */
export function messagesOf(job: DemoJob, logsUrl: string, endsAtMs: number): readonly TimedMessage[] {
  const random = new SeededRandom("messages", job.taskId);
  const lagMs = (): number => random.between(300, 4000);
  // A publisher knows the platform from the start, but the machine only when the job runs.
  const pending = {
    atMs: job.requestedAt * 1000 + lagMs(),
    body: message(job, "pending", machine(job, "unknown")),
  };
  const named = machine(job, `w-${job.platform.name}-${random.between(100, 999)}`);
  const running = {
    atMs: job.startedAt * 1000 + lagMs(),
    body: message(job, "running", { timeStarted: iso(job.startedAt), ...named }),
  };
  const completed = {
    atMs: job.endedAt * 1000 + lagMs(),
    body: message(job, "completed", {
      ...{ timeStarted: iso(job.startedAt), timeCompleted: iso(job.endedAt), ...named },
      ...{ result: job.result, isRetried: job.isRetried, ...jobDetails(job, random) },
      ...{
        logs: logs(job, logsUrl),
        coalesced: job.coalesced,
        extra: { artifacts: measuredData(job, random) },
      },
    }),
  };
  const all = job.isCoalesced ? [pending] : [pending, running, completed];
  return all.filter(({ atMs }) => atMs <= endsAtMs);
}

function message(job: DemoJob, state: string, rest: object): object {
  const { push, suite, platform, option, chunk } = job;
  const { project, revision } = push;
  return {
    taskId: job.taskId,
    origin: { kind: project.kind, project: project.name, revision },
    buildSystem: "taskcluster",
    display: {
      jobName: `${suite.kind === "build" ? "build" : "test"}-${platform.name}/${option}-${suite.name}${suite.chunks > 1 ? `-${chunk}` : ""}`,
      jobSymbol: suite.symbol,
      ...(suite.chunks > 1 ? { chunkId: chunk, chunkCount: suite.chunks } : {}),
      groupSymbol: suite.groupSymbol,
      groupName: suite.groupName,
    },
    state,
    jobKind: suite.kind,
    tier: suite.tier,
    labels: [option],
    owner: push.author,
    reason: job.isAgain ? "retrigger" : "scheduled",
    productName: project.name === "mobile-app" ? "mobile" : "desktop",
    timeScheduled: iso(job.requestedAt),
    version: 1,
    ...rest,
  };
}

function machine({ platform }: DemoJob, name: string): object {
  const worker = { name, platform: platform.name, os: platform.os, architecture: platform.architecture };
  return { buildMachine: worker, runMachine: worker };
}

function logs(job: DemoJob, logsUrl: string): readonly object[] {
  const url = `${logsUrl}${logPath(job)}`;
  switch (job.log) {
    case "named":
      return [{ name: "live_backing_log", url }];
    case "in-message":
      return [{ name: "test_output", url, errorsTruncated: false, steps: toldSteps(job) }];
    default:
      return [{ name: "buildbot_text", url }];
  }
}

function toldSteps(job: DemoJob): readonly object[] {
  return logOf(job).steps.map(({ name, startedAt, finishedAt, first, last, hasFailed, errors }) => ({
    ...{ name, timeStarted: iso(startedAt), timeFinished: iso(finishedAt) },
    ...{ lineStarted: first, lineFinished: last, result: hasFailed ? "fail" : "success", errors },
  }));
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
