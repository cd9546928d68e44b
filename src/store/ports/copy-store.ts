import type { StoredRejection } from "../../domain/rejection.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { ParseStatus } from "../../domain/submission.ts";
import type { KnownBinding } from "./binding-ledger.ts";
import type { Credential } from "./credential-store.ts";
import type { ArtifactMaker } from "./job-reads.ts";

/** The key of each kind of document: enough to find the same document in another store. */
interface Names {
  readonly options: { readonly hash: string };
  /** See `resultSetId`. */
  readonly push: { readonly id: string };
  /** See `jobId`. */
  readonly job: { readonly id: string };
  /** `job` is the id of the job; `apart_by` distinguishes artifacts with the same name, see `apartBy`. */
  readonly artifact: { readonly job: string; readonly name: string; readonly apart_by: string };
  readonly log: { readonly job: string; readonly name: string; readonly url: string };
  /** See `suggestionsId`. */
  readonly suggestions: { readonly id: string };
  /** The id of the coalesced job. */
  readonly coalesced: { readonly id: string };
  readonly rejection: { readonly id: string };
  readonly quota: { readonly day: string; readonly exchange: string };
  readonly binding: { readonly queue: string; readonly exchange: string; readonly routing_key: string };
  readonly suspect: { readonly key: string };
  readonly credential: { readonly client_id: string };
  /** See `nonceId`. */
  readonly nonce: { readonly id: string };
}

export type CopiedKind = keyof Names;
/** The kinds of documents that belong to one job, and are copied with it. */
export type PartKind = "artifact" | "log" | "suggestions";
/** The kinds that are copied on their own. */
export type WalkedKind = Exclude<CopiedKind, PartKind>;

/** The contents of each kind of document, without its key. They are the same in all stores. */
interface Contents {
  readonly options: { readonly options: readonly string[] };
  readonly push: { readonly push: ResultSet };
  readonly job: { readonly job: StoredJob };
  readonly artifact: {
    readonly type: string;
    readonly blob: string;
    /** Null if it was stored by a version that did not record the maker. */
    readonly made_by: ArtifactMaker | null;
    /** Orders the artifacts of a job by their arrival. The number has no other meaning, and differs between stores. */
    readonly order: number;
  };
  readonly log: {
    readonly project: string;
    readonly job_guid: string;
    readonly exchange: string;
    readonly host: string;
    readonly parse_status: ParseStatus;
    readonly attempts: number;
    readonly next_attempt_at: string | null;
    readonly failure: string | null;
    readonly last_modified: string;
    readonly order: number;
  };
  readonly suggestions: {
    readonly project: string;
    readonly job_guid: string;
    readonly exchange: string;
    readonly blob: string;
    readonly attempts: number;
    readonly next_attempt_at: string | null;
    readonly failure: string | null;
  };
  readonly coalesced: { readonly into_guid: string };
  readonly rejection: { readonly rejection: StoredRejection };
  readonly quota: { readonly kept: number; readonly bytes: number; readonly only_counted: number };
  readonly binding: Pick<KnownBinding, "wanted">;
  /** `last_seen` is in ISO 8601. */
  readonly suspect: { readonly attempts: number; readonly last_seen: string };
  readonly credential: { readonly credential: Credential };
  /** Times are in milliseconds since the Unix epoch. */
  readonly nonce: {
    readonly client_id: string;
    readonly counted_as: string | null;
    readonly at: number;
    readonly expires_at: number;
  };
}

/** The key of a document. */
export type CopyRef<K extends CopiedKind = CopiedKind> = {
  readonly [Kind in K]: { readonly kind: Kind } & Names[Kind];
}[K];

/** A document in the form in which it is copied from one store to another. Leases are not copied. */
export type Copied<K extends CopiedKind = CopiedKind> = {
  readonly [Kind in K]: { readonly kind: Kind } & Names[Kind] & Contents[Kind];
}[K];

/** Selects a page of documents. */
export interface CopyQuery {
  readonly kind: WalkedKind;
  /** Only documents of this project, for kinds that belong to projects; null for all projects. */
  readonly project: string | null;
  /**
   * Only jobs that changed, pushes that are listed and rejections that were seen at this time or later. ISO 8601; null for all.
   */
  readonly since: string | null;
  /** `next` of the previous page; null for the first page. */
  readonly after: string | null;
}

/** Selects a page of the parts of some jobs. */
export interface PartQuery {
  readonly kind: PartKind;
  /** Ids of jobs, at most as many as a page has. */
  readonly jobs: readonly string[];
  readonly after: string | null;
}

export interface CopyPage {
  /** Documents of a single kind. Up to about 4 MiB in total, or one larger document. */
  readonly documents: readonly Copied[];
  /** Pass this as `after` to get the next page; null after the last page. Even an empty page may have a next page. */
  readonly next: string | null;
}

/** Counts the documents of one or more writes by their result. */
export interface CopyEnds {
  /** Documents that were written, because the target had none or one in an earlier state. */
  readonly written: number;
  /** All other documents. Nearly always the target already had them, in the same state or a later one. */
  readonly kept: number;
  /** Written jobs and pushes that got another number, because their own number belongs to another document. */
  readonly renumbered: number;
}

/** Reads everything in a store, and writes documents read from another store. */
export interface CopyStore {
  /** Returns a page of documents. Expired rejections and nonces are left out. */
  readCopies(query: CopyQuery): Promise<CopyPage>;
  readParts(query: PartQuery): Promise<CopyPage>;
  /** Returns the document for each key, in the same order; null for an unknown key. All keys must be of one kind. */
  findCopies(refs: readonly CopyRef[]): Promise<readonly (Copied | null)[]>;
  /**
   * Writes documents of one kind. Never replaces a document that is in a later state; see `judgeCopy` for the rules. A part
   * whose job is not stored is left out, and counts as kept. Idempotent, and safe while workers write to this store.
   */
  writeCopies(documents: readonly Copied[]): Promise<CopyEnds>;
}
