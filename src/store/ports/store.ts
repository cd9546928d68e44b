import type { ApiReads } from "./api-reads.ts";
import type { ArchiveStore } from "./archive-store.ts";
import type { BindingLedger, BindingWorkers } from "./binding-ledger.ts";
import type { BugCache } from "./bug-cache.ts";
import type { CopyStore } from "./copy-store.ts";
import type { CredentialStore } from "./credential-store.ts";
import type { JobReads } from "./job-reads.ts";
import type { LeaseStore } from "./lease-store.ts";
import type { LogStore } from "./log-store.ts";
import type { NonceStore } from "./nonce-store.ts";
import type { PageReads } from "./page-reads.ts";
import type { RejectionReads } from "./rejection-reads.ts";
import type { RetentionStore } from "./retention-store.ts";
import type { SubmissionStore } from "./submission-store.ts";
import type { SuspectLedger } from "./suspect-ledger.ts";
import type { WorkStore } from "./work-store.ts";

/**
 * All ports of one database. Every method throws `Unavailable` if the database cannot be reached or cannot answer. When a write
 * returns, its data is durable.
 */
export interface Store
  extends SubmissionStore,
    WorkStore,
    ArchiveStore,
    LogStore,
    JobReads,
    ApiReads,
    PageReads,
    RejectionReads,
    BugCache,
    SuspectLedger,
    BindingLedger,
    BindingWorkers,
    CredentialStore,
    NonceStore,
    RetentionStore,
    LeaseStore,
    CopyStore {
  /** The name of the store for people, without a password, e.g. `sqlite (data/pulse-ingest.db)`. */
  readonly name: string;
  /** Resolves if the store answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
