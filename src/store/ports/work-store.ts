import type { Artifact } from "../../domain/submission.ts";

/** A log to read, or a submitted summary to make bug suggestions from; held under a lease. */
export type WorkItem = {
  readonly id: string;
  readonly project: string;
  readonly job_guid: string;
  /** The sender of its message; `""` if it was stored by a version that did not record it. */
  readonly exchange: string;
  /** Attempts before this one. */
  readonly attempts: number;
  /** Why the previous attempt failed; null if there was none, or if it was released. */
  readonly failure: string | null;
  readonly lease: string;
} & (
  | { readonly kind: "log"; readonly name: string; readonly url: string }
  | { readonly kind: "suggestions"; readonly blob: string }
);

/** An item that is done, and the artifacts made from it. */
export interface FinishedWork {
  readonly item: WorkItem;
  readonly artifacts: readonly Artifact[];
}

export interface WorkClaim {
  readonly kind: WorkItem["kind"];
  /** Only work of this exchange. */
  readonly exchange: string;
  /** Projects take turns. The next one is the first project with work after this name, in alphabetical order, cyclically. */
  readonly afterProject: string;
  readonly limit: number;
  readonly leaseMs: number;
  /** Hosts (as in the URL, with port) that are busy now. Their logs are left for later. */
  readonly exceptHosts: readonly string[];
}

export interface WorkFailure {
  readonly reason: string;
  /** ISO 8601; null if the failure is final. */
  readonly next_attempt_at: string | null;
  /** False if only storing the result failed: then the parse status stays unchanged. */
  readonly marksFailed: boolean;
}

/** Unfinished work items. */
export interface WorkCount {
  /** Waiting for the first or another attempt, or leased now. */
  readonly pending: number;
  /** Failed for good. They are tried again only on request. */
  readonly failed: number;
}

export interface WorkCounts {
  /** Only logs that are read here. */
  readonly logs: WorkCount;
  readonly suggestions: WorkCount;
}

/** Distributes logs to read and suggestions to make among many workers. */
export interface WorkStore {
  /** Returns the exchanges with unfinished work. It only uses indexes, but is still too slow to be called before each claim. */
  exchangesWithWork(kind: WorkItem["kind"]): Promise<string[]>;
  /**
   * Leases work that is due and not leased, the oldest of a project first. Two workers never get the same item. A claim
   * counts as an attempt, unless it is released.
   */
  claimWork(claim: WorkClaim): Promise<WorkItem[]>;
  /** Adds the artifacts (insert-only), then ends the item. Returns false if the lease was lost: then the item has not ended. */
  finishWork(item: WorkItem, artifacts: readonly Artifact[]): Promise<boolean>;
  failWork(item: WorkItem, failure: WorkFailure): Promise<boolean>;
  /**
   * Gives claimed items back unchanged: the attempt does not count.
   *
   * @param dueAt - when they are due again, in ISO 8601. Default: at the same time as before.
   */
  releaseWork(items: readonly WorkItem[], dueAt?: string): Promise<void>;
  /** Only uses the indexes of unfinished work, so it stays cheap however much is stored. */
  countWork(): Promise<WorkCounts>;
}
