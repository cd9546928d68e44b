import { gunzipSync, gzipSync } from "node:zlib";
import { Binary, type Collection, type Db } from "mongodb";
import type { Bug } from "../../domain/bug.ts";
import { numberOf } from "../../domain/document-numbers.ts";
import type { StoredRoute } from "../../domain/origin.ts";
import type { StoredRejection } from "../../domain/rejection.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { Artifact } from "../../domain/submission.ts";
import type { NewSegment } from "../ports/archive-store.ts";
import type { KnownBinding } from "../ports/binding-ledger.ts";
import type { Credential } from "../ports/credential-store.ts";
import type { ArtifactMaker } from "../ports/job-reads.ts";
import type { LeaseHolder } from "../ports/lease-store.ts";
import type { QuotaUse } from "../rules/admit-rejections.ts";
import type { NewLog, NewSuggestions } from "../rules/new-work.ts";

export interface WithId {
  readonly _id: string;
}

/** The state of a claim. */
export interface Leased {
  readonly attempts: number;
  readonly failure: string | null;
  readonly lease: string | null;
  /** ISO 8601. */
  readonly lease_until: string | null;
}

/** Missing until the documents of an earlier version have been numbered. */
interface Numbered {
  readonly rest_id?: number;
}
export type ResultSetDocument = Omit<ResultSet, "rest_id" | "order_at" | "last_modified"> &
  Numbered &
  WithId & {
    readonly revision_keys: readonly string[];
    /** Missing until the pushes of an earlier version have been ordered. */
    readonly order_at?: number;
    /** Missing until the pushes of an earlier version have been given one. */
    readonly last_modified?: string;
    /** When it was found to be old and without jobs, in ISO 8601; missing if it was not, or if it has been used since. */
    readonly leaving_since?: string;
  };
export type JobDocument = Omit<StoredJob, "rest_id"> &
  Numbered &
  WithId & {
    /** The guid that a retry gives to the job, until the job has moved there; see `mongodb-moves.ts`. */
    readonly moving_to?: string;
    /** The number, from the moment when the moving job gives it up. */
    readonly moved_number?: number;
    /** Only a tombstone has it; see there. */
    readonly removed_at?: string;
    /** The `JobCell` as JSON: a text is read several times faster than its members. Missing if an earlier version stored the job. */
    readonly cell?: string;
  };
/** Stands among the jobs instead of a job that is being removed; see `mongodb-tombstones.ts`. */
export interface TombstoneDocument extends WithId {
  /** Greater than that of the job: whoever has read the job cannot change it any more. */
  readonly version: number;
  /** ISO 8601. No job has this field. */
  readonly removed_at: string;
}
export interface ArtifactDocument extends WithId {
  readonly job: string;
  readonly name: string;
  readonly type: string;
  /** The text, or the gzip of a long text. */
  readonly blob: string | Binary;
  /** Missing if an earlier version stored it. */
  readonly made_by?: ArtifactMaker;
  /** Grows with the time of arrival. */
  readonly order: number;
}
/** The sender; missing if an earlier version stored the document. */
interface Sent {
  readonly exchange?: string | null;
}
export type LogDocument = Omit<NewLog, "exchange"> & Sent & Leased & WithId & { readonly order: number };
export type SuggestionsDocument = Omit<NewSuggestions, "exchange" | "next_attempt_at" | "blob"> &
  Sent &
  Leased &
  WithId & {
    /** The text, or the gzip of a long text. */
    readonly blob: string | Binary;
    /** ISO 8601; null if it has failed for good. */
    readonly next_attempt_at: string | null;
  };
export type RejectionDocument = Pick<
  StoredRejection,
  "fault" | "project" | "task_id" | "payload" | "first_seen" | "last_seen" | "count"
> &
  WithId & {
    /** Missing if it was stored by a version that only knew Pulse. */
    readonly origin?: StoredRoute["origin"];
    /** The exchange, or `client:` and the id of a client. */
    readonly exchange: string;
    readonly routing_key?: string;
    readonly client_id?: string;
    readonly endpoint?: string;
    readonly expires_at: Date;
  };

/** How much of a day's quota of rejections an exchange has used. */
export type QuotaDocument = QuotaUse & WithId & { readonly expires_at: Date };

/** The `_id` is the client id. */
export type CredentialDocument = Omit<Credential, "client_id"> & WithId;

export interface NonceDocument extends WithId {
  readonly client_id: string;
  /** The group that the request counts in; null if it does not count. */
  readonly counted_as: string | null;
  /** When the request came, in milliseconds since the Unix epoch. */
  readonly at: number;
  readonly expires_at: Date;
}

/** The `_id` is the id of the segment. */
export type SegmentDocument = Omit<NewSegment, "id" | "data"> & WithId;

/** The `_id` is the id of the segment, a slash and the number of the part. */
export interface SegmentPartDocument extends WithId {
  /** The same as in the segment. */
  readonly to: string;
  readonly data: Binary;
}

/** The collections of one database, by what they hold. */
export interface Collections {
  readonly resultsets: Collection<ResultSetDocument>;
  readonly jobs: Collection<JobDocument>;
  /** The same collection, which also holds these. */
  readonly tombstones: Collection<TombstoneDocument>;
  readonly artifacts: Collection<ArtifactDocument>;
  readonly coalesced: Collection<WithId & { readonly into_guid: string }>;
  readonly logs: Collection<LogDocument>;
  readonly suggestions: Collection<SuggestionsDocument>;
  readonly rejections: Collection<RejectionDocument>;
  readonly bindings: Collection<KnownBinding & WithId & { readonly queue: string }>;
  readonly bugs: Collection<WithId & { readonly bug: Bug; readonly generation: string }>;
  readonly versions: Collection<WithId & { readonly version: string }>;
  readonly quotas: Collection<QuotaDocument>;
  readonly credentials: Collection<CredentialDocument>;
  readonly nonces: Collection<NonceDocument>;
  /** The id is the name of the lease. */
  readonly leases: Collection<LeaseHolder & WithId>;
  /** The id is the hash of the options. */
  readonly optionCollections: Collection<WithId & { readonly options: readonly string[] }>;
  readonly archive: Collection<SegmentDocument>;
  readonly archiveData: Collection<SegmentPartDocument>;
  readonly suspects: Collection<WithId & { readonly attempts: number; readonly last_seen: Date }>;
}

/** Matches logs whose last attempt failed. They are few, and have an index of their own. */
export const failedOnce = { failure: { $gt: "" } };
/** Matches logs to read, or suggestions to make: the time is not null. Most publishers' logs never match. */
export const waiting = { next_attempt_at: { $gt: "" } };
/** Matches tombstones. */
export const isTombstone = { removed_at: { $gt: "" } };
/** Matches jobs. Needed where a job is found by its id alone: a tombstone has none of a job's other fields. */
export const isJob = { removed_at: { $exists: false } };
/** Matches documents that have a number, which are all but some of an earlier version. */
export const numbered = { rest_id: { $gt: 0 } };
/** Matches jobs that have given up their number, because they are being moved. They are few, and have an index of their own. */
export const givenUp = { moved_number: { $gt: 0 } };
/** The index for claims: exchanges take turns, and so do the projects of each exchange. */
export const byTurn = { exchange: 1, project: 1, next_attempt_at: 1 } as const;

/** Matches ids that begin with this one and a slash, as those of a job's parts do. `0` follows `/` in ASCII. */
export function below(id: string) {
  return { $gte: `${id}/`, $lt: `${id}0` };
}

export function collectionsOf(db: Db): Collections {
  return {
    resultsets: db.collection("resultsets"),
    jobs: db.collection("jobs"),
    tombstones: db.collection("jobs"),
    artifacts: db.collection("artifacts"),
    coalesced: db.collection("coalesced"),
    logs: db.collection("logs"),
    suggestions: db.collection("suggestions"),
    rejections: db.collection("rejections"),
    bindings: db.collection("bindings"),
    bugs: db.collection("bugs"),
    versions: db.collection("versions"),
    quotas: db.collection("rejection_quotas"),
    credentials: db.collection("credentials"),
    nonces: db.collection("nonces"),
    leases: db.collection("leases"),
    optionCollections: db.collection("option_collections"),
    archive: db.collection("archive"),
    archiveData: db.collection("archive_data"),
    suspects: db.collection("suspects"),
  };
}

/**
 * Sorts documents by id, in place. Some servers lock all documents of a bulk. Writers that lock shared documents in the same
 * order never deadlock; in a deadlock the server would abort one of them.
 */
export function inOneOrder<T extends WithId>(documents: T[]): T[] {
  return documents.sort((a, b) => (a._id < b._id ? -1 : 1));
}

/** Blobs from this many characters are compressed: a summary shrinks to a tenth, and a document is limited to 16 MiB. */
const COMPRESSED_FROM = 8192;

export function packBlob(blob: string): string | Binary {
  return blob.length < COMPRESSED_FROM ? blob : new Binary(gzipSync(blob));
}

export function unpackBlob(blob: string | Binary): string {
  return typeof blob === "string" ? blob : gunzipSync(blob.buffer).toString("utf8");
}

/** Returns a filter for the documents with these numbers. With `$gt` it can use the partial index of numbered documents. */
export function withNumberIn(numbers: readonly number[]) {
  return { rest_id: { $gt: 0, $in: [...numbers] } };
}

/** Returns a filter for the jobs that have given up one of these numbers. */
export function withMovedNumberIn(numbers: readonly number[]) {
  return { moved_number: { $gt: 0, $in: [...numbers] } };
}

export function toStoredJob(document: JobDocument): StoredJob {
  const { _id, moving_to, moved_number, cell, rest_id = moved_number ?? numberOf(_id), ...job } = document;
  return { ...job, rest_id };
}

export function toResultSet({
  _id,
  revision_keys,
  rest_id = numberOf(_id),
  order_at,
  last_modified = "",
  leaving_since,
  ...push
}: ResultSetDocument): ResultSet {
  return { ...push, rest_id, order_at: order_at ?? push.push_timestamp, last_modified };
}

export function toArtifact({ name, type, blob }: ArtifactDocument): Artifact {
  return { name, type, blob: unpackBlob(blob) };
}
