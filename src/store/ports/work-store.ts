import type { Artifact } from "../../domain/submission.ts";

/** A log to read, or a submitted summary from which to make bug suggestions; held under a lease. */
export type WorkItem = {
  readonly id: string;
  readonly project: string;
  readonly job_guid: string;
  /** The sender of the job's message, see `senderOf`; `""` if it was stored by a version that did not record the sender. */
  readonly exchange: string;
  /** The number of earlier attempts. */
  readonly attempts: number;
  /** Why the previous attempt failed; null if there was no previous attempt or if the item was released. */
  readonly failure: string | null;
  readonly lease: string;
} & (
  | { readonly kind: "log"; readonly name: string; readonly url: string }
  | { readonly kind: "suggestions"; readonly blob: string }
);

/** A finished work item, and the artifacts made from it. */
export interface FinishedWork {
  readonly item: WorkItem;
  readonly artifacts: readonly Artifact[];
}

export interface WorkClaim {
  readonly kind: WorkItem["kind"];
  /** Only work with this `exchange`; see {@link WorkItem}. */
  readonly exchange: string;
  /** Projects take turns in alphabetical order, wrapping around. The next project is the first one after this name that has work. */
  readonly afterProject: string;
  readonly limit: number;
  readonly leaseMs: number;
  /** Hosts (as in the URL, with port) that are busy. Their logs are not claimed. */
  readonly exceptHosts: readonly string[];
}

export interface WorkFailure {
  readonly reason: string;
  /** ISO 8601; null if the failure is final. */
  readonly next_attempt_at: string | null;
  /** False if only storing the result failed. The parse status then stays unchanged. */
  readonly marksFailed: boolean;
}

/** Unfinished work items. */
export interface WorkCount {
  /** Items that wait for an attempt, or are leased. */
  readonly pending: number;
  /** Items that have failed for good. They are tried again only on request. */
  readonly failed: number;
}

export interface WorkCounts {
  /** Only logs that pulse-ingest reads. */
  readonly logs: WorkCount;
  readonly suggestions: WorkCount;
}

/** Distributes logs to read and suggestions to make among many workers. */
export interface WorkStore {
  /** Returns the exchanges with unfinished work. Uses only indexes, but is still too slow to be called before each claim. */
  exchangesWithWork(kind: WorkItem["kind"]): Promise<string[]>;
  /**
   * Leases work that is due and not leased, the oldest work of a project first. Two workers never get the same item. A claim
   * counts as an attempt, unless the item is released.
   */
  claimWork(claim: WorkClaim): Promise<WorkItem[]>;
  /** Adds the artifacts (insert-only), then ends the item. Returns false if the lease was lost; the item has then not ended. */
  finishWork(item: WorkItem, artifacts: readonly Artifact[]): Promise<boolean>;
  failWork(item: WorkItem, failure: WorkFailure): Promise<boolean>;
  /**
   * Returns claimed items unchanged. The attempt does not count.
   *
   * @param dueAt - when the items are due again, in ISO 8601. Default: the same time as before.
   */
  releaseWork(items: readonly WorkItem[], dueAt?: string): Promise<void>;
  /** Counts unfinished work. Uses only indexes of unfinished work, so the cost does not depend on how much is stored. */
  countWork(): Promise<WorkCounts>;
}
