import type { Artifact } from "../../domain/submission.ts";

/** A log to read, or a submitted summary to make bug suggestions from; held under a lease. */
export type WorkItem = {
  readonly id: string;
  readonly project: string;
  readonly job_guid: string;
  /** Where its message came from; `""`: stored by a version that did not record it. */
  readonly exchange: string;
  /** Attempts before this one. */
  readonly attempts: number;
  /** Why the attempt before this one failed; null: this is the first, or it was released. */
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
  /** False where storing failed, not reading: the parse status stays as it is. */
  readonly marksFailed: boolean;
}

/** Unfinished work items. */
export interface WorkCount {
  /** Waiting for an attempt, the first or another one, or leased now. */
  readonly pending: number;
  /** Failed for good: tried again only when somebody asks for it. */
  readonly failed: number;
}

export interface WorkCounts {
  /** Only logs that are read here. */
  readonly logs: WorkCount;
  readonly suggestions: WorkCount;
}

/** Logs to read and suggestions to make, dealt out among many workers. */
export interface WorkStore {
  /** The exchanges whose work waits, is due later, or is leased. Uses indexes alone; still too slow to ask before each claim. */
  exchangesWithWork(kind: WorkItem["kind"]): Promise<string[]>;
  /**
   * Leases what is due and unleased; the oldest of a project come first. Atomic among many workers. Counts as an
   * attempt until it is released.
   */
  claimWork(claim: WorkClaim): Promise<WorkItem[]>;
  /** Adds the artifacts (insert-only), then ends the item. False: the lease was lost, and the item is not ended. */
  finishWork(item: WorkItem, artifacts: readonly Artifact[]): Promise<boolean>;
  failWork(item: WorkItem, failure: WorkFailure): Promise<boolean>;
  /**
   * Gives claimed items back as they were, attempts included.
   *
   * @param dueAt - ISO 8601: when they are due again, where that is later than now.
   */
  releaseWork(items: readonly WorkItem[], dueAt?: string): Promise<void>;
  /** Uses the indexes of unfinished work alone, so it stays cheap however much is stored. */
  countWork(): Promise<WorkCounts>;
}
