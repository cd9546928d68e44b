import { type ExpiringStore, expirySteps } from "../../src/retention/expiry-steps.ts";
import type { SubmissionStore } from "../../src/store/ports/submission-store.ts";
import { anArrival } from "../examples.ts";
import type { Documents } from "./documents.ts";

/** RETAIN_DAYS of the workers. */
export const RETAIN_DAYS = 2;

/** A project that no message of the run names. */
const PROJECT = "earlier";
const OF_EACH = 25;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Jobs that existed before the run, keyed by the days since their last change. Incomplete jobs are kept twice as long. */
const kinds = [
  { state: "completed", days: 1, stays: true },
  { state: "completed", days: 3, stays: false },
  { state: "running", days: 3, stays: true },
  { state: "running", days: 5, stays: false },
] as const;

const guidsOf = ({ state, days }: (typeof kinds)[number]): string[] =>
  Array.from({ length: OF_EACH }, (_, nth) => `${state}-${days}-${nth}/0`);

const idOf = (guid: string): string => `${PROJECT}/${encodeURIComponent(guid)}`;
const isOld = (id: string): boolean => id.startsWith(`${PROJECT}/`);

/** Stores jobs of the days before the run. Retention has to remove some of them while messages arrive. */
export async function storeOldJobs(store: Pick<SubmissionStore, "storeSubmissions">): Promise<void> {
  for (const kind of kinds) {
    const received_at = new Date(Date.now() - kind.days * DAY_MS).toISOString();
    const arrivals = guidsOf(kind).map((taskId) => {
      const extra = { artifacts: [{ name: "kept", type: "json", blob: {} }] };
      const { submission, origin } = anArrival({ taskId, state: kind.state, extra });
      return { submission: { ...submission, project: PROJECT }, origin, received_at };
    });
    await store.storeSubmissions(arrivals);
  }
}

/** Removes the remaining expired jobs, as a worker does when it is its turn. */
export async function expireOldJobs(store: ExpiringStore): Promise<void> {
  const steps = expirySteps({
    ...{ store, project: PROJECT, retainDays: () => RETAIN_DAYS, archiveDays: 0, now: Date.now },
    forgetTexts: async () => undefined,
  });
  for await (const _step of steps);
}

/** Returns jobs that retention has removed although it had to keep them, and jobs that it should have removed. Pure. */
export function wrongAboutOldJobs({ jobs, artifacts }: Documents): string[] {
  const left = [...jobs.keys()].filter(isOld);
  const stay = new Set(
    kinds
      .filter(({ stays }) => stays)
      .flatMap(guidsOf)
      .map(idOf),
  );
  return [
    ...[...stay].filter((id) => !jobs.has(id)).map((id) => `old job ${id}: it is gone`),
    ...left.filter((id) => !stay.has(id)).map((id) => `old job ${id}: it was not removed`),
    ...[...artifacts.keys()]
      .filter((id) => isOld(id) && !jobs.has(id))
      .map((id) => `old job ${id}: its artifacts were not removed`),
    ...left.filter((id) => !artifacts.has(id)).map((id) => `old job ${id}: its artifact is gone`),
  ];
}

/** Returns the documents of the run itself. */
export function withoutOldJobs(documents: Documents): Documents {
  const without = <T>(all: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map([...all].filter(([id]) => !isOld(id)));
  return {
    ...documents,
    jobs: without(documents.jobs),
    artifacts: without(documents.artifacts),
    resultSets: new Set([...documents.resultSets].filter((id) => !isOld(id))),
  };
}
