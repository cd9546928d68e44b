import { numberOf } from "../../domain/document-numbers.ts";
import { jobId } from "../../domain/ids.ts";
import { isJobState, type SettableState, stateRank } from "../../domain/job-state.ts";
import { type Origin, toStoredOrigin } from "../../domain/origin.ts";
import type { StoredJob, Transition } from "../../domain/stored-job.ts";
import type { Refusal } from "../../domain/submission.ts";
import type { Arrival } from "../ports/submission-store.ts";

/** The only fields of a stored job that must be read to apply a message to it. */
export const DECISIVE = ["state", "version", "refused", "transitions"] as const;
export type DecisiveJob = Pick<StoredJob, (typeof DECISIVE)[number]>;
/** The fields to write over a stored job. They always include the decisive ones. */
export type JobChanges = DecisiveJob & Partial<StoredJob>;

/** The effect of one message on a stored job. */
export type Advance =
  /** The job moves to the state of the message. */
  | { readonly kind: "update"; readonly changes: JobChanges }
  /** The job keeps its state. Logs, artifacts, coalesced jobs and refusals are added. */
  | { readonly kind: "late"; readonly changes: JobChanges | null }
  /** The message is ignored. */
  | { readonly kind: "same" };

const MAX_TRANSITIONS = 10;
/** Publishers may send any number of unusable parts, but the size of a document is limited. */
const MAX_REFUSED = 100;

/**
 * Applies a message to a job, whose state only moves forward. Pure, so that all adapters decide the same.
 *
 * @param stored - the job, including the changes by earlier messages of this batch.
 * @param resultSet - `_id` of the result set that the message's revision belongs to.
 * @param writeId - the id of the batch.
 */
export function advanceJob(
  stored: DecisiveJob,
  arrival: Arrival,
  resultSet: string,
  writeId: string,
): Advance {
  const kind = compareStates(stored.state, arrival.submission.job.state);
  if (isUnused(stored, arrival)) return { kind: "same" };
  if (kind === "update" && !hasMoved(stored, arrival.submission.job.state, arrival.received_at))
    return { kind, changes: moved(stored, arrival, resultSet, writeId) };
  return { kind: "late", changes: noteRefused(stored, arrival, writeId) };
}

/**
 * Returns whether a message or request that arrived at this time has already moved the job to this state. A replay from the archive
 * applies such a message again, when the job may have another state.
 */
function hasMoved({ transitions }: DecisiveJob, state: string, at: string): boolean {
  return transitions.some((moved) => moved.received_at === at && moved.state === state);
}

/**
 * Returns whether a message is ignored because its job already has the state of the message. A replayed message is also ignored if
 * the job had that state when the message first arrived. States without a rank are not compared, so a message with such a state
 * adds its logs and artifacts.
 */
export function isUnused(stored: DecisiveJob, arrival: Arrival): boolean {
  const { state } = arrival.submission.job;
  return isJobState(state) && (stored.state === state || wasInSameState(stored, arrival));
}

function wasInSameState(
  { transitions }: DecisiveJob,
  { submission, received_at, replayed }: Arrival,
): boolean {
  if (replayed !== true) return false;
  const before = transitions.findLast((moved) => moved.received_at <= received_at);
  // A transition with the same time was caused by this message itself.
  return before?.state === submission.job.state && before.received_at !== received_at;
}

/** Returns the changes that add a message's refusals to a job without changing its state; null if there are no new refusals. */
export function noteRefused(stored: DecisiveJob, arrival: Arrival, writeId: string): JobChanges | null {
  const refused = withRefused(stored.refused, arrival);
  if (refused.length === stored.refused.length) return null;
  const { state, transitions } = stored;
  return { state, transitions, refused, ...written(stored, arrival, writeId) };
}

/**
 * Returns the changes to a job whose state a client sets directly, even to an earlier one. Returns null if the job already has that
 * state, if it is completed, which is final, or if the same request has set the state before.
 *
 * @param stored - the job, which keeps its result.
 */
export function setState(
  stored: DecisiveJob & Pick<StoredJob, "result">,
  state: SettableState,
  at: string,
  origin: Origin,
  writeId: string,
): JobChanges | null {
  if (stored.state === "completed" || stored.state === state || hasMoved(stored, state, at)) return null;
  const { result, refused, version } = stored;
  const transition = { state, result, received_at: at, ...toStoredOrigin(origin) };
  return {
    ...{ state, refused, transitions: withoutMiddle([...stored.transitions, transition]) },
    ...{ version: version + 1, write_id: writeId, last_modified: at },
  };
}

/** Compares the state of a message with that of the stored job, and returns the effect of the message. */
export function compareStates(stored: string, incoming: string): "update" | "late" | "same" {
  if (stored === incoming) return "same";
  // A state without a rank (REST may send one) never moves a job, and any state with a rank replaces it.
  if (!isJobState(incoming)) return "late";
  if (!isJobState(stored)) return "update";
  return stateRank[incoming] > stateRank[stored] ? "update" : "late";
}

/**
 * Returns the job that its first message creates. The caller replaces `rest_id` if another job has that number. See
 * {@link advanceJob} for the parameters.
 */
export function firstJob(arrival: Arrival, resultSet: string, writeId: string): StoredJob {
  const { project, job } = arrival.submission;
  return {
    project,
    rest_id: numberOf(jobId(project, job.job_guid)),
    result_set: resultSet,
    failure_classification_id: 1,
    running_eta: 0,
    refused: withRefused([], arrival),
    transitions: [toTransition(arrival)],
    last_modified: arrival.received_at,
    version: 1,
    write_id: writeId,
    // The spread is last because putting it before the other fields is several times slower.
    ...job,
  };
}

/** Returns the changes to a job that moves to another state. Submit timestamp, signature, both platforms and tier stay as first received. */
function moved(stored: DecisiveJob, arrival: Arrival, resultSet: string, writeId: string): JobChanges {
  const { job } = arrival.submission;
  return {
    result_set: resultSet,
    machine: job.machine,
    options: job.options,
    option_collection_hash: job.option_collection_hash,
    name: job.name,
    job_symbol: job.job_symbol,
    group_name: job.group_name,
    group_symbol: job.group_symbol,
    product_name: job.product_name,
    who: job.who,
    reason: job.reason,
    result: job.result,
    state: job.state,
    start_timestamp: job.start_timestamp,
    end_timestamp: job.end_timestamp,
    refused: withRefused(stored.refused, arrival),
    transitions: withoutMiddle([...stored.transitions, toTransition(arrival)]),
    ...written(stored, arrival, writeId),
  };
}

/**
 * Keeps the first and the last transitions, because a client can change the state any number of times. The first one is needed to
 * know the sender from which the job first arrived.
 */
function withoutMiddle(transitions: readonly Transition[]): readonly Transition[] {
  const [first] = transitions;
  if (first === undefined || transitions.length <= MAX_TRANSITIONS) return transitions;
  return [first, ...transitions.slice(1 - MAX_TRANSITIONS)];
}

/** Adds the refusals of a message to the earlier ones, without duplicates. Keeps the first hundred. */
function withRefused(before: readonly Refusal[], { submission }: Arrival): readonly Refusal[] {
  if (submission.refused.length === 0) return before;
  const all = [...before, ...submission.refused].map((refusal) => [refusalKey(refusal), refusal] as const);
  return [...new Map(all).values()].slice(0, MAX_REFUSED);
}

function refusalKey({ what, reason }: Refusal): string {
  return JSON.stringify([what, reason]);
}

function written(stored: DecisiveJob, arrival: Arrival, writeId: string) {
  return { version: stored.version + 1, write_id: writeId, last_modified: arrival.received_at };
}

function toTransition({ submission: { job }, received_at, origin }: Arrival): Transition {
  return { state: job.state, result: job.result, received_at, ...toStoredOrigin(origin) };
}
