import type { ResultSetSubmission } from "../src/domain/result-set.ts";
import { addressOf, type DemoProject, people, projects, summaries } from "./catalogue.ts";
import { SeededRandom, seededHex } from "./seeded-random.ts";

/** The parameters of the demo data. Equal values give equal data. */
export interface DemoSize {
  readonly seed: number;
  /** The approximate number of jobs. */
  readonly jobs: number;
  /** The number of days over which the jobs are spread. */
  readonly days: number;
  /** The present time of the demo, in milliseconds since the Unix epoch. Jobs after it have not started, or not ended. */
  readonly endsAtMs: number;
  /** How many lines are added to one of the logs, so that there is a long log. */
  readonly longLogLines: number;
}

export interface DemoPush {
  readonly number: number;
  readonly project: DemoProject;
  readonly revision: string;
  readonly author: string;
  /** Seconds since the Unix epoch. */
  readonly pushedAt: number;
  readonly resultSet: ResultSetSubmission;
  /** True if nobody submits the push, so that it stays a skeleton. */
  readonly isSkeleton: boolean;
  /** The approximate number of jobs of the push. */
  readonly jobs: number;
}

const JOBS_PER_PUSH = 80;
const LEAST_PUSHES = 12;
/** The last pushes arrive in the last minutes, so that some jobs are pending and some are running. */
const LAST_PUSHES = 5;
const LAST_MINUTES = 75;
const FIRST_BUG = 1_900_000;

/** Returns the pushes, the oldest first. Pure. */
export function planPushes({ seed, jobs, days, endsAtMs }: DemoSize): readonly DemoPush[] {
  const count = Math.max(LEAST_PUSHES, Math.round(jobs / JOBS_PER_PUSH));
  const random = new SeededRandom(seed, "pushes");
  const endsAt = Math.floor(endsAtMs / 1000);
  const ages = Array.from({ length: count }, (_, n) =>
    n < LAST_PUSHES
      ? random.between(300, LAST_MINUTES * 60)
      : random.between(LAST_MINUTES * 60, days * 86_400),
  ).sort((a, b) => b - a);
  // A few pushes have very many jobs, as in reality.
  const weights = ages.map(() => 0.3 + 3 * random.next() ** 3);
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  return ages.map((age, number) => {
    const share = (weights[number] ?? 0) / whole;
    return planPush(seed, number, endsAt - age, Math.max(1, Math.round(jobs * share)));
  });
}

function planPush(seed: number, number: number, pushedAt: number, jobs: number): DemoPush {
  const random = new SeededRandom(seed, "push", number);
  const project = projectFor(random.between(1, 100));
  const author = addressOf(random.pick(people));
  const revisions = Array.from({ length: revisionCount(random) }, (_, at) => ({
    revision: seededHex(40, seed, "revision", number, at),
    author: `${random.pick(people)} <${author}>`,
    comment: commentFor(project, random),
    repository: project.name,
  }));
  const revision = revisions.at(-1)?.revision ?? "";
  return {
    ...{ number, project, revision, author, pushedAt, jobs },
    resultSet: { revision, author, push_timestamp: pushedAt, revisions },
    isSkeleton: random.isOneIn(project.kind === "github.com" ? 2 : 14),
  };
}

function projectFor(percent: number): DemoProject {
  let sum = 0;
  for (const project of projects) {
    sum += project.share;
    if (percent <= sum) return project;
  }
  return projects[0];
}

function revisionCount(random: SeededRandom): number {
  return random.isOneIn(15) ? random.between(21, 30) : random.pick([1, 1, 1, 2, 3, 5]);
}

function commentFor(project: DemoProject, random: SeededRandom): string {
  const bug = FIRST_BUG + random.between(0, 9999);
  const reviewer = random.pick(people).split(" ")[0]?.toLowerCase() ?? "";
  const text = random.pick(summaries);
  if (project.kind === "github.com") return `${text} (#${random.between(100, 2400)})`;
  if (random.isOneIn(12)) return `Backed out changeset ${seededHex(12, bug)} (bug ${bug}) for failing tests`;
  return `Bug ${bug} - ${text}. r=${reviewer}\n\nWritten for the demonstration of pulse-ingest.`;
}
