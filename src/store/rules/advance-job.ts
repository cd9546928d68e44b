import { isJobState, stateRank } from "../../domain/job-state.ts";
import { toStoredOrigin } from "../../domain/origin.ts";
import type { StoredJob, Transition } from "../../domain/stored-job.ts";
import type { Refusal } from "../../domain/submission.ts";
import type { Arrival } from "../ports/submission-store.ts";

/** What of a stored job says what a message does to it, and how it goes on; nothing else has to be read for that. */
export const DECISIVE = ["state", "version", "refused", "transitions"] as const;
export type DecisiveJob = Pick<StoredJob, (typeof DECISIVE)[number]>;
/** What is to be written over a job that is there, and what decides of it then. */
export type JobChanges = DecisiveJob & Partial<StoredJob>;

/** What one message does to a job that is there. */
export type Advance =
  | { readonly kind: "update"; readonly changes: JobChanges }
  /** The row stays as it is, or only notes what was refused; logs, artifacts and coalesced jobs are added. */
  | { readonly kind: "late"; readonly changes: JobChanges | null }
  /** Nothing of the message is used. */
  | { readonly kind: "same" };

const MAX_TRANSITIONS = 10;
/** A stranger may send any number of parts that cannot be used; a document has a limit. */
const MAX_REFUSED = 100;

/**
 * The state table: a job only moves forward. Pure, for every adapter.
 *
 * @param stored - the job as it stands, messages of this batch that came before included.
 * @param resultSet - `_id` of the result set that the message's revision belongs to.
 * @param writeId - of the batch.
 */
export function advanceJob(
  stored: DecisiveJob,
  arrival: Arrival,
  resultSet: string,
  writeId: string,
): Advance {
  const kind = compareStates(stored.state, arrival.submission.job.state);
  if (kind === "same") return { kind };
  if (kind === "update") return { kind, changes: moved(stored, arrival, resultSet, writeId) };
  const refused = withRefused(stored.refused, arrival);
  if (refused.length === stored.refused.length) return { kind, changes: null };
  const { state, transitions } = stored;
  return { kind, changes: { state, transitions, refused, ...written(stored, arrival, writeId) } };
}

/** What a message in one state means for a job in another. */
export function compareStates(stored: string, incoming: string): "update" | "late" | "same" {
  if (stored === incoming) return "same";
  // A state of no rank (REST may name one) never moves a job, and gives way to any that has one.
  if (!isJobState(incoming)) return "late";
  if (!isJobState(stored)) return "update";
  return stateRank[incoming] > stateRank[stored] ? "update" : "late";
}

/** The job that its first message makes; see {@link advanceJob}. */
export function firstJob(arrival: Arrival, resultSet: string, writeId: string): StoredJob {
  const { project, job } = arrival.submission;
  return {
    project,
    result_set: resultSet,
    failure_classification_id: 1,
    running_eta: 0,
    refused: withRefused([], arrival),
    transitions: [toTransition(arrival)],
    last_modified: arrival.received_at,
    version: 1,
    write_id: writeId,
    // Last: in front of the others a spread takes several times as long.
    ...job,
  };
}

/** Submit time stamp, signature, both platforms and the tier stay as the first message gave them. */
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
    transitions: [...stored.transitions, toTransition(arrival)].slice(-MAX_TRANSITIONS),
    ...written(stored, arrival, writeId),
  };
}

/** What was refused so far and of this message, each once, the first hundred. */
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
