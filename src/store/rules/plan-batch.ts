import { artifactId, jobId, logId, suggestionsId } from "../../domain/ids.ts";
import { senderOf, storedSenderOf } from "../../domain/origin.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { Artifact, LogReference } from "../../domain/submission.ts";
import { hostOf } from "../../domain/text/url-host.ts";
import type { Arrival, StoreOutcome } from "../ports/submission-store.ts";
import { advanceJob, compareStates, type DecisiveJob, firstJob, type JobChanges } from "./advance-job.ts";
import { type LogRoom, waits } from "./log-room.ts";
import type { NewLog, NewSuggestions } from "./new-work.ts";
import type { PushBook } from "./push-book.ts";
import { storablePart } from "./storable.ts";

/** Everything that a batch writes. Ids are the keys, so that nothing is written twice. */
export interface BatchPlan {
  /** In the order of the batch. */
  readonly outcomes: StoreOutcome[];
  readonly newJobs: Map<string, StoredJob>;
  readonly changedJobs: Map<string, JobChanges>;
  /** Insert-only. */
  readonly artifacts: Map<string, { readonly job: string; readonly artifact: Artifact }>;
  /** Insert-only. */
  readonly logs: Map<string, NewLog>;
  /** Insert-only. */
  readonly suggestions: Map<string, NewSuggestions>;
  /** Logs that a submitted summary was made from. They become `parsed`, even if they were stored before. */
  readonly summarised: { readonly job: string; readonly logName: string }[];
  /** Guids of the jobs that other jobs were coalesced into, by the id of the coalesced job. The greater guid wins. */
  readonly coalesced: Map<string, string>;
}

/**
 * Applies the batch in its order, in memory, to the stored jobs. Each message has its own outcome, so it makes no difference
 * where a batch ends. Pure, except that the push book notes which pushes to write, and the log room counts the logs.
 *
 * @param stored - the jobs of the batch that are stored already, by id.
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
    artifacts: new Map(),
    logs: new Map(),
    suggestions: new Map(),
    summarised: [],
    coalesced: new Map(),
  };
  for (const arrival of batch) plan.outcomes.push(apply(arrival, stored, pushes, room, writeId, plan));
  return plan;
}

function apply(
  whole: Arrival,
  stored: ReadonlyMap<string, DecisiveJob>,
  pushes: PushBook,
  room: LogRoom,
  writeId: string,
  plan: BatchPlan,
): StoreOutcome {
  const arrival = storablePart(whole);
  const { submission } = arrival;
  const id = jobId(submission.project, submission.job.job_guid);
  const made = plan.newJobs.get(id);
  const changed = plan.changedJobs.get(id);
  const current = made ?? changed ?? stored.get(id);
  // Checked before the push, because a repeated message needs none.
  if (current !== undefined && compareStates(current.state, submission.job.state) === "same")
    return { kind: "unchanged" };

  const push: ResultSet | null = pushes.pushOf(submission);
  if (push === null) {
    const { project, revision_hash } = submission;
    return {
      kind: "rejected",
      fault: { reason: "unknown-revision-hash", project, revisionHash: revision_hash ?? "" },
    };
  }
  const resultSet = pushes.idOf(push);
  if (current === undefined) {
    plan.newJobs.set(id, firstJob(arrival, resultSet, writeId));
    addParts(arrival, id, room, plan);
    return { kind: "stored" };
  }
  const advance = advanceJob(current, arrival, resultSet, writeId);
  if (advance.kind === "same") return { kind: "unchanged" };
  if (advance.changes !== null) {
    if (made !== undefined) plan.newJobs.set(id, { ...made, ...advance.changes });
    else
      plan.changedJobs.set(id, changed === undefined ? advance.changes : { ...changed, ...advance.changes });
  }
  addParts(arrival, id, room, plan);
  if (advance.kind === "update") return { kind: "stored", ...jobOf(current, arrival) };
  const isUsed = advance.changes !== null || hasParts(arrival);
  return { kind: "unchanged", ...(isUsed ? jobOf(current, arrival) : {}) };
}

function jobOf({ transitions }: DecisiveJob, { origin }: Arrival): { readonly jobOf?: string } {
  const [first] = transitions;
  if (first === undefined) return {};
  const sender = storedSenderOf(first);
  return sender === senderOf(origin) ? {} : { jobOf: sender };
}

function hasParts({ submission: { artifacts, logs, coalesced, suggestions_for } }: Arrival): boolean {
  return artifacts.length + logs.length + coalesced.length > 0 || suggestions_for !== null;
}

function addParts(
  { submission, origin, received_at }: Arrival,
  job: string,
  room: LogRoom,
  plan: BatchPlan,
): void {
  const { project, artifacts, logs, coalesced, summary_of, suggestions_for } = submission;
  const guid = submission.job.job_guid;
  const exchange = senderOf(origin);
  for (const artifact of artifacts) {
    addFirst(plan.artifacts, artifactId(project, guid, artifact), { job, artifact });
  }
  for (const log of logs) {
    const { name, url } = log;
    const id = logId(project, guid, name, url);
    if (plan.logs.has(id)) continue;
    plan.logs.set(id, {
      ...{ job, project, job_guid: guid, exchange, name, url, host: hostOf(url) },
      ...(waits(log) ? room.enter(exchange, received_at) : notToRead(log)),
      last_modified: received_at,
    });
  }
  if (summary_of !== null) plan.summarised.push({ job, logName: summary_of });
  if (suggestions_for !== null) {
    const work = { project, job_guid: guid, exchange, blob: suggestions_for, next_attempt_at: received_at };
    addFirst(plan.suggestions, suggestionsId(project, guid, suggestions_for), work);
  }
  for (const other of coalesced) {
    const id = jobId(project, other);
    const into = plan.coalesced.get(id);
    if (into === undefined || guid > into) plan.coalesced.set(id, guid);
  }
}

function notToRead({
  parse_status,
}: LogReference): Pick<NewLog, "parse_status" | "failure" | "next_attempt_at"> {
  return { parse_status, failure: null, next_attempt_at: null };
}

function addFirst<T>(map: Map<string, T>, id: string, value: T): void {
  if (!map.has(id)) map.set(id, value);
}
