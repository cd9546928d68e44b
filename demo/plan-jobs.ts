import { createHash } from "node:crypto";
import {
  complaints,
  type DemoPlatform,
  generalPlatform,
  generalSuites,
  type Suite,
  suites,
} from "./catalogue.ts";
import type { DemoPush } from "./plan-pushes.ts";
import { SeededRandom } from "./seeded-random.ts";

/** About the least number of jobs of a platform. */
const JOBS_PER_ROW = 16;

type Result = "success" | "fail" | "exception" | "canceled" | "unknown";

/** One run of a job, from its request to its end. Times are seconds since the Unix epoch. */
export interface DemoJob {
  readonly taskId: string;
  readonly push: DemoPush;
  readonly suite: Suite;
  readonly platform: DemoPlatform;
  readonly option: string;
  /** From 1. */
  readonly chunk: number;
  readonly requestedAt: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly result: Result;
  /** The run was abandoned, and the job runs again. */
  readonly isRetried: boolean;
  /** The run never starts, because another job does its work. */
  readonly isCoalesced: boolean;
  /** The jobs whose work this run does. */
  readonly coalesced: readonly string[];
  /** Somebody requested this run again, by hand. */
  readonly isAgain: boolean;
  readonly failures: readonly DemoFailure[];
  readonly log: DemoLog;
}

/** A failure in the job's log. */
export interface DemoFailure {
  readonly test: string;
  readonly complaint: string;
}

/**
 * How the job's message describes its log:
 *
 * - `named`: it names only the URL; the log is not read.
 * - `to-read`: the worker has to read the log.
 * - `gone`: the worker has to read the log, but the log host has lost it.
 * - `in-message`: the steps are in the message, and the log has a name of its own.
 */
export type DemoLog = "named" | "to-read" | "gone" | "in-message";

/** The properties that all runs of a job share. */
interface Place {
  readonly seed: number;
  readonly push: DemoPush;
  readonly platform: DemoPlatform;
  readonly option: string;
  readonly suite: Suite;
  readonly chunk: number;
  /** Whether the jobs of this kind fail in this push. */
  readonly isBroken: boolean;
}

/** Returns the jobs of a push. Pure. */
export function planJobs(seed: number, push: DemoPush): readonly DemoJob[] {
  const random = new SeededRandom(seed, "jobs", push.number);
  const isBad = random.isOneIn(6);
  const jobs: DemoJob[] = [];
  const addRow = (platform: DemoPlatform, option: string, ofRow: readonly Suite[], most: number): void => {
    const until = jobs.length + most;
    for (const suite of ofRow) {
      if (jobs.length >= until) return;
      const place = { seed, push, platform, option, suite, isBroken: isBad && random.isOneIn(5) };
      for (let chunk = 1; chunk <= suite.chunks; chunk++) jobs.push(...runsOf({ ...place, chunk }));
    }
  };
  const [build, ...others] = suites;
  const pairs = push.project.platforms.flatMap((platform) =>
    platform.options.map((option) => [platform, option] as const),
  );
  const rows = shuffled(pairs, random).slice(0, Math.ceil(push.jobs / JOBS_PER_ROW));
  for (const [platform, option] of rows) {
    // A suite is not split, so the last suite of a row may exceed the wanted number of jobs.
    const most = (0.75 * push.jobs) / rows.length;
    addRow(platform, option, [build, ...shuffled(others, random)], most);
  }
  if (random.isOneIn(2)) addRow(generalPlatform, "opt", generalSuites, generalSuites.length);
  return withCoalesced(jobs);
}

function shuffled<T>(list: readonly T[], random: SeededRandom): T[] {
  return list
    .map((item) => [random.next(), item] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, item]) => item);
}

/** Returns the runs of one job: usually one, or two if the first was abandoned or somebody requested another. */
function runsOf(place: Place): DemoJob[] {
  const { seed, push, platform, option, suite, chunk } = place;
  const names = [seed, "job", push.number, platform.name, option, suite.name, chunk] as const;
  const random = new SeededRandom(...names);
  const slug = slugOf(...names);
  const requestedAt = push.pushedAt + random.between(20, 600);
  if (random.isOneIn(60)) {
    const given = run(place, random, { taskId: `${slug}/0`, requestedAt, result: "exception" });
    const again = run(place, random, { taskId: `${slug}/1`, requestedAt: given.endedAt, result: "success" });
    return [{ ...given, isRetried: true, log: "named" }, again];
  }
  const result = place.isBroken ? "fail" : resultBy(suite, random);
  const first = run(place, random, { taskId: `${slug}/0`, requestedAt, result });
  if (result !== "fail" || random.isOneIn(2)) return [first];
  const taskId = `${slugOf(...names, "again")}/0`;
  const again = run(place, random, {
    ...{ taskId, requestedAt: first.endedAt + random.between(60, 1800) },
    result: place.isBroken ? "fail" : "success",
  });
  return [first, { ...again, isAgain: true }];
}

function resultBy({ kind }: Suite, random: SeededRandom): Result {
  const percent = 100 * random.next();
  if (percent < 1) return "canceled";
  if (percent < 1.6) return "exception";
  if (percent < 1.8) return "unknown";
  return percent < (kind === "test" ? 5 : 10) ? "fail" : "success";
}

function run(
  place: Place,
  random: SeededRandom,
  { taskId, requestedAt, result }: Pick<DemoJob, "taskId" | "requestedAt" | "result">,
): DemoJob {
  const { push, suite, platform, option, chunk } = place;
  const [shortest, longest] = suite.minutes;
  const startedAt = requestedAt + random.between(10, 1500);
  const seconds = random.between(shortest * 60, longest * 60);
  const endedAt = startedAt + (result === "canceled" || result === "exception" ? seconds >> 1 : seconds);
  const failures = result === "fail" ? failuresOf(suite, random) : [];
  return {
    ...{ taskId, push, suite, platform, option, chunk, requestedAt, startedAt, endedAt, result, failures },
    ...{ isRetried: false, isCoalesced: false, coalesced: [], isAgain: false },
    log:
      result === "fail"
        ? random.pick(["to-read", "to-read", "to-read", "to-read", "to-read", "in-message", "gone"])
        : "named",
  };
}

function failuresOf(suite: Suite, random: SeededRandom): DemoFailure[] {
  const [first = suite.name, ...others] = suite.tests;
  const failures: DemoFailure[] = [];
  for (let count = random.pick([1, 1, 2, 3]); count > 0; count--) {
    const test = random.pick([first, ...others]);
    const complaint = random.pick(complaints);
    // Tests often fail several times in the same way.
    for (let times = random.pick([1, 1, 3]); times > 0; times--) failures.push({ test, complaint });
  }
  return failures;
}

/** Lets some jobs take over the work of the job before them, which is then coalesced. */
function withCoalesced(jobs: readonly DemoJob[]): readonly DemoJob[] {
  const into = (at: number): boolean => at % 90 === 45 && jobs[at]?.result === "success";
  return jobs.map((job, at) => {
    if (into(at + 1) && !job.isRetried) return { ...job, isCoalesced: true };
    const before = jobs[at - 1];
    return into(at) && before !== undefined && !before.isRetried
      ? { ...job, coalesced: [before.taskId] }
      : job;
  });
}

/** Returns an id that looks like one of Taskcluster's, but has only letters and digits. */
function slugOf(...names: readonly (string | number)[]): string {
  const digest = createHash("sha256").update(JSON.stringify(names)).digest("base64");
  return digest.replaceAll(/[+/=]/g, "Q").slice(0, 22);
}
