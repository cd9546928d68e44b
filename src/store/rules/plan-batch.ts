import { apartBy, artifactIdBelow, jobId, logIdBelow, suggestionsId } from "../../domain/ids.ts";
import { senderOf } from "../../domain/origin.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import { byCodePoint } from "../../domain/signature.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { LogReference } from "../../domain/submission.ts";
import { hostOf } from "../../domain/text/url-host.ts";
import type { Arrival, StoreOutcome } from "../ports/submission-store.ts";
import {
  advanceJob,
  type DecisiveJob,
  firstJob,
  isUnused,
  type JobChanges,
  noteRefused,
} from "./advance-job.ts";
import { type LogRoom, waits } from "./log-room.ts";
import type { NewLog } from "./new-work.ts";
import { otherSender } from "./other-sender.ts";
import { addFirst, noParts, type PlannedParts } from "./planned-parts.ts";
import type { PushBook } from "./push-book.ts";
import { retriedGuid } from "./retry-guid.ts";
import { storablePart } from "./storable.ts";

/** Everything that a batch writes, keyed by id so that nothing is written twice. */
export interface BatchPlan extends PlannedParts {
  /** In the order of the batch. */
  readonly outcomes: StoreOutcome[];
  readonly newJobs: Map<string, StoredJob>;
  readonly changedJobs: Map<string, JobChanges>;
  /** The new guids of renamed jobs, by the old id. A job and its parts are first changed under the old id, and then renamed. */
  readonly renamed: Map<string, string>;
}

/** The inputs shared by all messages of a batch. */
interface BatchContext {
  readonly stored: ReadonlyMap<string, DecisiveJob>;
  readonly pushes: PushBook;
  readonly room: LogRoom;
  readonly writeId: string;
}

/**
 * Applies the messages of a batch to the stored jobs in order, in memory. Each message has its own outcome, so it does not matter
 * where a batch ends. Pure, except that the push book records the pushes to write, and the log room counts the logs.
 *
 * @param batch - one part of a batch; see `splitAtRetries`.
 * @param stored - the stored jobs that the batch may change, by id.
 */
export function planBatch(
  batch: readonly Arrival[],
  stored: ReadonlyMap<string, DecisiveJob>,
  pushes: PushBook,
  room: LogRoom,
  writeId: string,
): BatchPlan {
  const plan: BatchPlan = {
    outcomes: [],
    newJobs: new Map(),
    changedJobs: new Map(),
    renamed: new Map(),
    ...noParts(),
  };
  const context = { stored, pushes, room, writeId };
  for (const arrival of batch) plan.outcomes.push(apply(arrival, context, plan));
  markSummarised(plan);
  return plan;
}

function apply(whole: Arrival, context: BatchContext, plan: BatchPlan): StoreOutcome {
  const arrival = storablePart(whole);
  const { submission } = arrival;
  const { stored, pushes, room, writeId } = context;
  const guid = submission.job.job_guid;
  const id = jobId(submission.project, guid);
  const made = plan.newJobs.get(id);
  const changed = plan.changedJobs.get(id);
  const current = made ?? changed ?? stored.get(id);
  // Checked before the push is looked up, because an ignored message needs no push.
  if (current !== undefined && isUnused(current, arrival)) return { kind: "unchanged" };

  const push: ResultSet | null = pushes.pushOf(submission, arrival.received_at);
  if (push === null) {
    const { project, revision_hash } = submission;
    return {
      kind: "rejected",
      fault: { reason: "unknown-revision-hash", project, revisionHash: revision_hash ?? "" },
    };
  }
  const resultSet = pushes.idOf(push);
  if (current === undefined) {
    const retried = retriedGuid(arrival);
    if (retried !== null && stored.has(jobId(submission.project, retried)))
      return applyRetry(arrival, retried, resultSet, context, plan);
    plan.newJobs.set(id, firstJob(arrival, resultSet, writeId));
    addParts(arrival, guid, room, plan);
    return { kind: "stored" };
  }
  const advance = advanceJob(current, arrival, resultSet, writeId);
  if (advance.kind === "same") return { kind: "unchanged" };
  if (advance.changes !== null) {
    if (made !== undefined) plan.newJobs.set(id, { ...made, ...advance.changes });
    else
      plan.changedJobs.set(id, changed === undefined ? advance.changes : { ...changed, ...advance.changes });
  }
  addParts(arrival, guid, room, plan);
  if (advance.kind === "update") return { kind: "stored", ...otherSender(current, arrival.origin) };
  return lateOutcome(current, arrival, advance.changes);
}

/**
 * Applies a retry to the job that was retried. The job is completed and gets the retry's guid, so that the next run can use the old
 * guid. If the job is already completed, only the retry's logs, artifacts and refusals are added.
 */
function applyRetry(
  arrival: Arrival,
  retried: string,
  resultSet: string,
  { stored, room, writeId }: BatchContext,
  plan: BatchPlan,
): StoreOutcome {
  const { project, job: submitted } = arrival.submission;
  const id = jobId(project, retried);
  const job = stored.get(id);
  if (job === undefined) throw new Error(`the job ${id} is not stored`);
  const advance = advanceJob(job, arrival, resultSet, writeId);
  if (advance.kind === "update") {
    plan.changedJobs.set(id, advance.changes);
    plan.renamed.set(id, submitted.job_guid);
    addParts(arrival, retried, room, plan, submitted.job_guid);
    return { kind: "stored", ...otherSender(job, arrival.origin) };
  }
  const changes = noteRefused(job, arrival, writeId);
  if (changes !== null) plan.changedJobs.set(id, changes);
  addParts(arrival, retried, room, plan);
  return lateOutcome(job, arrival, changes);
}

/** Returns the outcome of a message that does not move its job. */
function lateOutcome(job: DecisiveJob, arrival: Arrival, changes: JobChanges | null): StoreOutcome {
  const isUsed = changes !== null || hasParts(arrival);
  return { kind: "unchanged", ...(isUsed ? otherSender(job, arrival.origin) : {}) };
}

function hasParts({ submission: { artifacts, logs, coalesced, suggestions_for } }: Arrival): boolean {
  return artifacts.length + logs.length + coalesced.length > 0 || suggestions_for !== null;
}

/**
 * Adds the parts of a message to the plan.
 *
 * @param guid - the guid of the job that gets the parts.
 * @param into - the guid of the job that other jobs were coalesced into.
 */
function addParts(
  { submission, origin, received_at }: Arrival,
  guid: string,
  room: LogRoom,
  plan: BatchPlan,
  into = guid,
): void {
  const { project, artifacts, logs, coalesced, summary_of, suggestions_for } = submission;
  const job = jobId(project, guid);
  const exchange = senderOf(origin);
  for (const artifact of artifacts) {
    addFirst(plan.artifacts, artifactIdBelow(job, artifact.name, apartBy(artifact)), { job, artifact });
  }
  for (const log of logs) {
    const { name, url } = log;
    const id = logIdBelow(job, name, url);
    if (plan.logs.has(id)) continue;
    plan.logs.set(id, {
      ...{ job, project, job_guid: guid, exchange, name, url, host: hostOf(url) },
      ...(waits(log) ? room.enter(exchange, received_at) : notToRead(log)),
      last_modified: received_at,
    });
  }
  if (summary_of !== null) plan.summarised.push({ job, logName: summary_of, newLogs: plan.logs.size });
  if (suggestions_for !== null) {
    const work = { project, job_guid: guid, exchange, blob: suggestions_for, next_attempt_at: received_at };
    addFirst(plan.suggestions, suggestionsId(project, guid, suggestions_for), work);
  }
  for (const other of coalesced) {
    const id = jobId(project, other);
    const before = plan.coalesced.get(id);
    if (before === undefined || byCodePoint(into, before) > 0) plan.coalesced.set(id, into);
  }
}

/** Marks new logs as parsed if a summary in the batch was made from them, unless they arrived after the summary. */
function markSummarised({ summarised, logs }: PlannedParts): void {
  if (summarised.length === 0) return;
  const keyOf = (job: string, name: string): string => JSON.stringify([job, name]);
  const newLogs = new Map(summarised.map((one) => [keyOf(one.job, one.logName), one.newLogs]));
  for (const [at, [id, log]] of [...logs].entries()) {
    if (at < (newLogs.get(keyOf(log.job, log.name)) ?? 0))
      logs.set(id, { ...log, parse_status: "parsed", failure: null, next_attempt_at: null });
  }
}

function notToRead({
  parse_status,
}: LogReference): Pick<NewLog, "parse_status" | "failure" | "next_attempt_at"> {
  return { parse_status, failure: null, next_attempt_at: null };
}
