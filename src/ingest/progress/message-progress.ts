import type { Outcome } from "../../domain/delivery.ts";
import type { Fault } from "../../domain/faults.ts";
import type { Refusal, Warning } from "../../domain/submission.ts";
import type { ReadMessage } from "../../judge/verdict.ts";
import { eventLagSeconds } from "./event-lag.ts";
import { guidOf, type JobEnd, type JudgedJob, type Message, projectOfJob } from "./message.ts";

/** A job that has ended. Its verdict is dropped, because it may be large. */
export interface EndedJob {
  /** The index of the job in its message. */
  readonly index: number;
  readonly outcome: Outcome;
  /** Why it was rejected or has failed; null for the other outcomes. */
  readonly fault: Fault | null;
  /** The parts of an accepted job that could not be used. */
  readonly refused: readonly Refusal[];
  /** Hints for the sender of an accepted item from which nothing was refused. */
  readonly warnings: readonly Warning[];
  /** The job's guid, or the revision of a push. */
  readonly guid: string | null;
  readonly project: string | null;
  /** See {@link eventLagSeconds}. Null if the message does not contain the time, or the job was not stored. */
  readonly eventLagSeconds: number | null;
  /** Whether this message changed a job that another exchange delivered first. */
  readonly isOfOtherExchange: boolean;
  /** See {@link JobEnd}. */
  readonly keptPush: string | null;
}

/**
 * The progress of a message on the write path. It is immutable: each step returns a new one. Jobs are judged in order, each as late
 * as possible, so the verdicts of a message of many jobs are never all in memory.
 */
export interface MessageProgress {
  readonly message: Message;
  /** Null until the message is decoded. */
  readonly reading: ReadMessage | null;
  /** The jobs that have a verdict but no end yet, in order. */
  readonly judged: readonly JudgedJob[];
  readonly ended: readonly EndedJob[];
  /** The number of jobs that the message counts as: one, until more of them are judged. It never decreases. */
  readonly counted: number;
  /** Whether the message still has to be archived. Until that is done it has not ended, even if all of its jobs have. */
  readonly awaitsArchive: boolean;
}

/**
 * Returns the progress of a message that has just arrived.
 *
 * @param counted - more than 1 if more of the message's jobs were counted before it went to the spool.
 * @param awaitsArchive - whether the message has to be archived.
 */
export function begin(message: Message, counted = 1, awaitsArchive = false): MessageProgress {
  return { message, reading: null, judged: [], ended: [], counted, awaitsArchive };
}

/** Returns the index of the next job to judge. */
export function nextIndex({ judged, ended }: MessageProgress): number {
  return judged.length + ended.length;
}

/** Replaces the judged jobs that have not ended. */
export function withJudged(progress: MessageProgress, judged: readonly JudgedJob[]): MessageProgress {
  const { message, reading, ended, awaitsArchive } = progress;
  const counted = Math.max(progress.counted, judged.length + ended.length);
  return { message, reading, judged, ended, counted, awaitsArchive };
}

export function hasEnded(progress: MessageProgress): boolean {
  return haveJobsEnded(progress) && !progress.awaitsArchive;
}

/** Returns whether all jobs of the message have ended. The message may still have to be archived. */
export function haveJobsEnded({ reading, ended }: MessageProgress): boolean {
  return reading !== null && ended.length === reading.jobs;
}

/** Returns whether a job of the message has failed because of a bug. */
export function hasFailed({ ended }: MessageProgress): boolean {
  return ended.some(({ outcome }) => outcome === "failed");
}

/** Moves the judged jobs that now have an end to the jobs that have ended. */
export function withEnds(
  progress: MessageProgress,
  endOf: (job: JudgedJob) => JobEnd | null,
): MessageProgress {
  const judged: JudgedJob[] = [];
  const ended: EndedJob[] = [];
  for (const job of progress.judged) {
    const end = endOf(job);
    if (end === null) judged.push(job);
    else ended.push(toEnded(job, end));
  }
  if (ended.length === 0) return progress;
  const { message, reading, counted, awaitsArchive } = progress;
  return { message, reading, judged, ended: [...progress.ended, ...ended], counted, awaitsArchive };
}

/**
 * Returns the outcomes of a message's jobs, in order. If the message has not ended, its counted jobs without an end are `failed`. If
 * only the archive is missing, all jobs are `failed`, because the sender has to send the message again.
 */
export function outcomesOf(progress: MessageProgress): Outcome[] {
  if (haveJobsEnded(progress) && progress.awaitsArchive) return failed(progress.counted);
  const outcomes = progress.ended.toSorted((a, b) => a.index - b.index).map(({ outcome }) => outcome);
  return [...outcomes, ...failed(hasEnded(progress) ? 0 : progress.counted - outcomes.length)];
}

function failed(jobs: number): Outcome[] {
  return Array.from({ length: jobs }, () => "failed");
}

function refusedOf(verdict: JudgedJob["verdict"]): readonly Refusal[] {
  if (verdict.kind === "accepted") return verdict.submission.refused;
  return verdict.kind === "artifact" ? verdict.artifact.refused : [];
}

function warningsOf(verdict: JudgedJob["verdict"]): readonly Warning[] {
  return verdict.kind === "accepted" || verdict.kind === "artifact" ? (verdict.warnings ?? []) : [];
}

function keptWarning(keptPush: string): Warning {
  return {
    what: "revision_hash",
    reason: `already belongs to the push ${keptPush}; that push is kept, and this one is not stored`,
  };
}

function toEnded(job: JudgedJob, { outcome, fault, jobOf, keptPush }: JobEnd): EndedJob {
  const { message, index, verdict } = job;
  const isKnown = verdict.kind === "accepted" && outcome !== "failed";
  const lag = isKnown ? eventLagSeconds(verdict.submission.job, message.receivedAtMs) : null;
  const guid = guidOf(job);
  const refused = outcome === "failed" ? [] : refusedOf(verdict);
  const ofVerdict = outcome === "failed" ? [] : warningsOf(verdict);
  const warnings = keptPush === null ? ofVerdict : [...ofVerdict, keptWarning(keptPush)];
  return {
    index,
    outcome,
    fault,
    refused,
    warnings,
    guid,
    project: projectOfJob(job),
    eventLagSeconds: lag,
    isOfOtherExchange: jobOf !== null,
    keptPush,
  };
}
