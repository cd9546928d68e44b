import type { ArchivePage, LostSegment } from "../../archive/read-archive.ts";
import { collectionAt } from "../../domain/collection.ts";
import { type Fault, Unavailable } from "../../domain/faults.ts";
import { senderOf } from "../../domain/origin.ts";
import { guidOf, type JobEnd, type JudgedJob } from "../progress/message.ts";
import { hasEnded } from "../progress/message-progress.ts";
import type { PatientStore } from "../progress/patient-store.ts";
import type { SliceLimits } from "../write/slice.ts";
import { type WriteOptions, writeSlice } from "../write/write-path.ts";
import { ArchiveTarget, type ReplayTarget } from "./archive-target.ts";
import { ReplayCount } from "./replay-count.ts";
import { type ReplayStep, type StepPlace, sizeOf, toStep } from "./replay-step.ts";
import type { ReplayRules } from "./replayed-message.ts";
import { removeSettledRejections } from "./settled-rejections.ts";

export interface ReplayOptions extends Omit<WriteOptions, "store"> {
  readonly rules: ReplayRules;
  /** The store to write to. */
  readonly store: PatientStore<ReplayTarget>;
  /** Senders that have rejections in that store. See {@link removeSettledRejections}. */
  readonly refusedSenders: ReadonlySet<string>;
  /** The limits of one write. */
  readonly batch: SliceLimits;
  readonly watch: ReplayWatch;
  /** Aborted to end the replay after the current write. */
  readonly stop: AbortSignal;
}

/** Observes the progress of a replay. */
export interface ReplayWatch {
  /**
   * Called before each step.
   *
   * @param place - the place in the archive up to which everything has been replayed.
   * @param messages - the number of messages that have been replayed.
   */
  onStep(place: StepPlace, messages: number): void;
  /** Called for each job that was not stored because of a bug. */
  onFailure(failure: ReplayFailure): void;
}

export interface ReplayFailure {
  readonly sender: string;
  readonly guid: string | null;
  readonly fault: Fault | null;
}

/** The result of a replay. */
export interface Replayed {
  readonly count: ReplayCount;
  readonly lost: readonly LostSegment[];
  /** Whether all the pages that were given have been replayed. */
  readonly isDone: boolean;
}

/**
 * Sends archived messages through the write path again, in the order of their arrival. Effects that a store already contains are not
 * repeated, so a replay can be repeated safely.
 *
 * @throws Unavailable if a store stayed away. Jobs that were stored stay stored.
 */
export async function replayArchive(
  pages: AsyncIterable<ArchivePage>,
  options: ReplayOptions,
): Promise<Replayed> {
  const { rules, batch, watch, stop } = options;
  const count = new ReplayCount();
  const target = new ArchiveTarget(options.store);
  const lost: LostSegment[] = [];
  let steps: readonly ReplayStep[] = [];

  /** Carries out the first steps, up to the limit of one write. Returns the remaining steps. */
  async function advance(): Promise<readonly ReplayStep[]> {
    const [first] = steps;
    if (first === undefined) return [];
    watch.onStep(first.at, count.messages);
    if (first.kind === "jobs") return advanceJobs();
    await setState(first, target, count);
    return steps.slice(1);
  }

  async function advanceJobs(): Promise<readonly ReplayStep[]> {
    const jobs = leadingJobs(steps);
    const before = jobs.map(({ progress }) => progress);
    const pass = await writeSlice(before, { ...options, store: target });
    for (const [job, end] of pass.ends) {
      if (end === null) throw target.away ?? new Unavailable("store", "it does not answer");
      note(job, end);
    }
    await removeSettledRejections(pass.ends, { ...options, store: target });
    const after = jobs.map((step, index) => ({ ...step, progress: pass.batch[index] ?? step.progress }));
    const ended = after.filter(({ progress }) => hasEnded(progress));
    for (const { progress } of ended) count.message(progress.message.origin);
    return [...after.filter(({ progress }) => !hasEnded(progress)), ...steps.slice(jobs.length)];
  }

  function note(job: JudgedJob, { outcome, fault }: JobEnd): void {
    const { origin } = job.message;
    count.job(origin, outcome, fault?.reason ?? null);
    if (outcome === "failed") watch.onFailure({ sender: senderOf(origin), guid: guidOf(job), fault });
  }

  for await (const { entries, lost: unread, ...place } of pages) {
    watch.onStep(steps[0]?.at ?? place, count.messages);
    if (unread !== null) lost.push(unread);
    const added: ReplayStep[] = [];
    for (const entry of entries) added.push(await toStep(entry, rules, place));
    steps = [...steps, ...added];
    while (isFull(steps, batch) && !stop.aborted) steps = await advance();
    if (stop.aborted) return { count, lost, isDone: false };
  }
  while (steps.length > 0 && !stop.aborted) steps = await advance();
  return { count, lost, isDone: steps.length === 0 };
}

type JobsStep = Extract<ReplayStep, { kind: "jobs" }>;
type StateStep = Extract<ReplayStep, { kind: "state" }>;

/**
 * Returns the steps that may be written together. They end before a step that sets a state, because that step must see the jobs before
 * it and not those after it. They also end before pushes that follow jobs: pushes in one write are stored first, so earlier jobs might
 * join a later push.
 */
function leadingJobs(steps: readonly ReplayStep[]): readonly JobsStep[] {
  const leading: JobsStep[] = [];
  let hasJobs = false;
  for (const step of steps) {
    if (step.kind === "state" || (hasJobs && isOfPushes(step))) break;
    leading.push(step);
    hasJobs ||= !isOfPushes(step);
  }
  return leading;
}

function isOfPushes({ progress }: JobsStep): boolean {
  const { origin } = progress.message;
  return origin.kind === "rest" && collectionAt(origin.endpoint)?.kind === "resultset";
}

/** Returns whether there are enough messages for a full batch. */
function isFull(steps: readonly ReplayStep[], { maxItems, maxBytes }: SliceLimits): boolean {
  return steps.length >= maxItems || steps.reduce((bytes, step) => bytes + sizeOf(step), 0) >= maxBytes;
}

async function setState(
  { job: { project, restId }, state, origin, received_at }: StateStep,
  target: PatientStore<ReplayTarget>,
  count: ReplayCount,
): Promise<void> {
  // The origin names the collection, exactly as when the request itself was handled.
  const stored = { ...origin, endpoint: `/api/project/${project}/jobs/` };
  const end = await target.ask((there) => there.setJobState(project, restId, state, received_at, stored));
  count.message(origin);
  if (end === "unknown") count.job(origin, "rejected", "unknown-job");
  else count.job(origin, end === "updated" ? "stored" : "unchanged", null);
}
