import type { BindingLedger } from "./binding-ledger.ts";
import type { BugCache } from "./bug-cache.ts";
import type { JobReads } from "./job-reads.ts";
import type { LogStore } from "./log-store.ts";
import type { RejectionReads } from "./rejection-reads.ts";
import type { SubmissionStore } from "./submission-store.ts";
import type { SuspectLedger } from "./suspect-ledger.ts";
import type { WorkStore } from "./work-store.ts";

/**
 * All ports of one database. Every method throws `Unavailable` when the database cannot be reached or is not in a state to
 * answer; what is durable when a write returns stays so.
 */
export interface Store
  extends SubmissionStore,
    WorkStore,
    LogStore,
    JobReads,
    RejectionReads,
    BugCache,
    SuspectLedger,
    BindingLedger {
  /** What it is, for people: e.g. `sqlite (data/pulse-ingest.db)`; without a password. */
  readonly name: string;
  /** Resolves when the store can be written to now. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
