import type { Binding } from "../../domain/binding.ts";
import type { Bug } from "../../domain/bug.ts";
import type { Fault, FaultReason } from "../../domain/faults.ts";
import type { Origin } from "../../domain/origin.ts";
import type { OnlyCounted, Rejection, RejectionEnd, StoredRejection } from "../../domain/rejection.ts";
import type { ResultSet, ResultSetSubmission } from "../../domain/result-set.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { Artifact, ParseStatus, PreparedSubmission } from "../../domain/submission.ts";

/** A prepared submission, and where it came from. */
export interface Arrival {
  readonly submission: PreparedSubmission;
  readonly origin: Origin;
  /** ISO 8601, UTC. */
  readonly received_at: string;
}

/** Set where a message changes a job, or adds to it, that first came through another exchange: that exchange. */
interface ChangedJob {
  readonly jobOf?: string;
}

export type StoreOutcome =
  | ({ readonly kind: "stored" } & ChangedJob)
  | ({ readonly kind: "unchanged" } & ChangedJob)
  | { readonly kind: "rejected"; readonly fault: Fault };

/** A job with all that is kept beside it. */
export interface JobView {
  readonly job: StoredJob;
  /** Guid of the job that this one was coalesced into. */
  readonly coalesced_to: string | null;
  readonly logs: readonly StoredLog[];
  /** Names, in the order of arrival; `Job Info` once. */
  readonly artifacts: readonly string[];
}

/** Who made an artifact: a message brought it, or it was made here from a log or from a submitted summary. */
export type ArtifactMaker = "message" | "log" | "summary";

export interface ExplainedArtifact {
  readonly name: string;
  /** `Job Info` may be of several; empty: stored by a version that did not note it. */
  readonly made_by: readonly ArtifactMaker[];
}

/** Bug suggestions that are still to be made from a submitted summary. */
export interface StoredSuggestions {
  readonly attempts: number;
  /** Null: they have failed for good. */
  readonly next_attempt_at: string | null;
  readonly failure: string | null;
}

/** All that is known of a job. */
export interface ExplainedJob extends Omit<JobView, "artifacts"> {
  /** Null where it is gone. */
  readonly result_set: ResultSet | null;
  readonly artifacts: readonly ExplainedArtifact[];
  readonly suggestions: readonly StoredSuggestions[];
}

export interface StoredLog {
  readonly id: string;
  readonly project: string;
  readonly job_guid: string;
  readonly name: string;
  readonly url: string;
  readonly parse_status: ParseStatus;
  readonly attempts: number;
  /** When it is tried next; null: not waiting to be read. */
  readonly next_attempt_at: string | null;
  /** Why the last attempt failed. */
  readonly failure: string | null;
  readonly last_modified: string;
}

/** A log to read, or a submitted summary to make bug suggestions from; held under a lease. */
export type WorkItem = {
  readonly id: string;
  readonly project: string;
  readonly job_guid: string;
  /** Where its message came from; `""`: stored by a version that did not note it. */
  readonly exchange: string;
  /** Attempts before this one. */
  readonly attempts: number;
  /** Why the attempt before this one failed; null: this is the first, or it was given back. */
  readonly failure: string | null;
  readonly lease: string;
} & (
  | { readonly kind: "log"; readonly name: string; readonly url: string }
  | { readonly kind: "suggestions"; readonly blob: string }
);

/** An item that is done, and what came of it. */
export interface FinishedWork {
  readonly item: WorkItem;
  readonly artifacts: readonly Artifact[];
}

export interface WorkClaim {
  readonly kind: WorkItem["kind"];
  /** Only work of this exchange. */
  readonly exchange: string;
  /** The projects take turns: the first one after this name that has work is next, and after the last one the first. */
  readonly afterProject: string;
  readonly limit: number;
  readonly leaseMs: number;
  /** Hosts (as in the URL, with port) that are busy now: their logs are left for later. */
  readonly exceptHosts: readonly string[];
}

export interface WorkFailure {
  readonly reason: string;
  /** ISO 8601; null: final. */
  readonly next_attempt_at: string | null;
  /** False where what failed is ours (storing): the status stays as it is. */
  readonly marksFailed: boolean;
}

/** Items of work by where they stand; those that are done are not counted. */
export interface WorkCount {
  /** Waiting for an attempt, the first or another one, or in work now. */
  readonly pending: number;
  /** For good: asked for again by hand, if at all. */
  readonly failed: number;
}

export interface WorkCounts {
  /** Of the logs that are read here. */
  readonly logs: WorkCount;
  readonly suggestions: WorkCount;
}

export interface LogQuery {
  readonly project?: string;
  /** A task id in it may be a slug or a UUID, see `taskIdForms`. */
  readonly job_guid?: string;
  readonly parse_status?: ParseStatus;
  /** ISO 8601: changed at or after. */
  readonly since?: string;
  readonly limit: number;
}

/** All that is given must fit; what has expired fits nothing. */
export interface RejectionFilter {
  readonly exchange?: string;
  readonly routing_key?: string;
  readonly client_id?: string;
  readonly project?: string;
  /** A guid or task id, as a slug or a UUID: those of the task as a whole and of its runs come along. */
  readonly task_id?: string;
  readonly reason?: FaultReason;
  /** What the id begins with, in lower-case hexadecimal digits. */
  readonly id_prefix?: string;
  /** ISO 8601: last seen at or after. */
  readonly since?: string;
  /** ISO 8601: last seen before. */
  readonly until?: string;
}

/** A page of rejections, by the time they were last seen. */
export interface RejectionQuery extends RejectionFilter {
  /** Else the newest come first. */
  readonly oldestFirst?: boolean;
  /** The last one of the page before. */
  readonly after?: Pick<StoredRejection, "id" | "last_seen">;
  /** At most this many. */
  readonly limit: number;
}

/** Rejections of one sender for one reason. */
export interface RejectionCount {
  /** The exchange, or `client:` and the id of a client. */
  readonly exchange: string;
  readonly reason: FaultReason;
  /** Different ones. */
  readonly rejections: number;
  /** How often they came, all together. */
  readonly messages: number;
  readonly first_seen: string;
  readonly last_seen: string;
}

/** A kept rejection that was tried again. */
export interface RetriedRejection extends Pick<StoredRejection, "id" | "last_seen"> {
  /** Why it is refused now, and what of it; null: it no longer is. */
  readonly again: Pick<Rejection, "fault" | "payload" | "project" | "task_id"> | null;
}

/** A binding as the ledger has it. */
export interface KnownBinding extends Binding {
  /** The worker that was the last to have it in its registry. */
  readonly wanted_by: string;
  /** When that worker last said so, ISO 8601; null: it has ended since. */
  readonly wanted_at: string | null;
}

/** What workers bound to their queues, so that what leaves their registries can be removed. */
export interface BindingLedger {
  /** Empty: nothing is known of the queue. */
  readBindings(queue: string): Promise<readonly KnownBinding[]>;
  /** Notes what is bound or about to be; one that is known changes hands. Others stay as they are. */
  noteBindings(queue: string, bindings: readonly KnownBinding[]): Promise<void>;
  forgetBindings(queue: string, bindings: readonly Binding[]): Promise<void>;
}

/** Logs to read and suggestions to make, dealt out among many workers. */
export interface WorkStore {
  /** The exchanges whose work waits, is due later, or is leased; by indexes alone, but no question for each claim. */
  exchangesWithWork(kind: WorkItem["kind"]): Promise<string[]>;
  /**
   * Leases what is due and unleased; the oldest of a project come first. Atomic among many workers. Counts as an
   * attempt until it is released.
   */
  claimWork(claim: WorkClaim): Promise<WorkItem[]>;
  /** Adds the artifacts (insert-only), then ends the item. False: the lease was lost, nothing is ended. */
  finishWork(item: WorkItem, artifacts: readonly Artifact[]): Promise<boolean>;
  failWork(item: WorkItem, failure: WorkFailure): Promise<boolean>;
  /**
   * Gives claimed items back as they were, attempts included.
   *
   * @param dueAt - ISO 8601: when they are due again, where that is later than now.
   */
  releaseWork(items: readonly WorkItem[], dueAt?: string): Promise<void>;
  /** By indexes of what is not done alone, so that it may be asked now and then however much is stored. */
  countWork(): Promise<WorkCounts>;
  listLogs(query: LogQuery): Promise<StoredLog[]>;
  /** Makes logs due again, attempts from zero; gives how many. */
  reparseLogs(query: LogQuery): Promise<number>;
}

/** The bugs that suggestions are made from. */
export interface BugCache {
  /** Puts these bugs in the place of all that are there. A store that goes away meanwhile keeps the old version. */
  replaceBugs(bugs: readonly Bug[]): Promise<void>;
  /** Another one after each replacement; null: never filled. */
  bugsVersion(): Promise<string | null>;
  /** A page by ascending id, of those with a greater id. */
  readBugs(afterId: number, limit: number): Promise<Bug[]>;
}

/** Deliveries that may have killed a worker, by the hash of their route and body. */
export interface SuspectLedger {
  /** Notes that the delivery is about to be handled; gives how often that has been, this time included. */
  enterSuspect(hash: string): Promise<number>;
  /** It has ended, whichever way. */
  clearSuspect(hash: string): Promise<void>;
}

/**
 * All that the others may ask of a store. Every method throws `Unavailable` when the store cannot be
 * reached or is not in a state to answer; what is durable when a write returns stays so.
 */
export interface Store extends WorkStore, BugCache, SuspectLedger, BindingLedger {
  /** What it is, for people: e.g. `sqlite (data/pulse-ingest.db)`; without a password. */
  readonly name: string;

  /** Applies the batch in its order; outcomes are in the same order. Idempotent. */
  storeSubmissions(batch: readonly Arrival[]): Promise<StoreOutcome[]>;
  /** Creates pushes, or completes skeletons; a complete push stays as it is. */
  storeResultSets(project: string, resultSets: readonly ResultSetSubmission[]): Promise<void>;
  /**
   * Keeps new ones, unless the day's quota of their exchange is full: then they are only counted. A known one (same
   * payload and route) is counted and seen again, and takes the new fault. Ends are in the order of the rejections.
   */
  recordRejections(rejections: readonly Rejection[]): Promise<readonly RejectionEnd[]>;
  /**
   * Takes out those that are no longer refused, and notes on the others why they are. One that has been seen again
   * since it was read stays as it is.
   */
  resolveRejections(tried: readonly RetriedRejection[]): Promise<void>;

  findJob(project: string, guid: string): Promise<JobView | null>;
  /** The same guid may be a job of several projects; also by task id (the guid up to its last `/`), as a slug or a UUID. */
  findJobsByGuid(guidOrTaskId: string): Promise<ExplainedJob[]>;
  /** `Job Info` comes merged: details in the order of arrival, without doubles. */
  findArtifact(project: string, guid: string, name: string): Promise<Artifact | null>;
  findResultSet(project: string, revision: string): Promise<ResultSet | null>;
  listRejections(query: RejectionQuery): Promise<StoredRejection[]>;
  findRejection(id: string): Promise<StoredRejection | null>;
  /** Per exchange and reason, most messages first. */
  countRejections(filter: RejectionFilter): Promise<RejectionCount[]>;
  /** Days and exchanges whose rejections were only counted, newest first; kept as long as rejections are. */
  listOnlyCounted(filter: Pick<RejectionFilter, "since" | "until">): Promise<OnlyCounted[]>;
  /** For people and tests: documents per collection. */
  countDocuments(): Promise<Readonly<Record<string, number>>>;

  /** Resolves when the store can be written to now. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
