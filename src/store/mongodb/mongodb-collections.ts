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
import type { Credential } from "../ports/credential-store.ts";
import type { ArtifactMaker } from "../ports/job-reads.ts";
import type { LeaseHolder } from "../ports/lease-store.ts";
import type { QuotaUse } from "../rules/admit-rejections.ts";
import type { NewLog, NewSuggestions } from "../rules/new-work.ts";
import type { BindingDocument } from "./mongodb-binding-document.ts";

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

interface Numbered {
  /** Missing until documents of an earlier version have been numbered. */
  readonly rest_id?: number;
}
export type ResultSetDocument = Omit<ResultSet, "rest_id" | "order_at" | "last_modified"> &
  Numbered &
  WithId & {
    readonly revision_keys: readonly string[];
    /** Missing until pushes of an earlier version have been completed; see `orderPushes`. */
    readonly order_at?: number;
    /** Missing until pushes of an earlier version have been completed; see `datePushes`. */
    readonly last_modified?: string;
    /** When the push was found to be old and without jobs, in ISO 8601. Removed again when the push is used. */
    readonly leaving_since?: string;
  };
export type JobDocument = Omit<StoredJob, "rest_id"> &
  Numbered &
  WithId & {
    /** The new guid from a retry, while the job is being moved to it; see `mongodb-moves.ts`. */
    readonly moving_to?: string;
    /** The number of the job, once a move has removed `rest_id` from this document. */
    readonly moved_number?: number;
    /** Only present in a {@link TombstoneDocument}. */
    readonly removed_at?: string;
    /** The `JobCell` as JSON, which is read several times faster than single members. Missing if an earlier version stored the job. */
    readonly cell?: string;
  };
/** Replaces the document of a job that is being removed; see `mongodb-tombstones.ts`. */
export interface TombstoneDocument extends WithId {
  /** Greater than the version of the job, so that a worker that has read the job can no longer change it. */
  readonly version: number;
  /** ISO 8601. No job has this field. */
  readonly removed_at: string;
}
export interface ArtifactDocument extends WithId {
  readonly job: string;
  readonly name: string;
  readonly type: string;
  /** The text, compressed with gzip if it is long. */
  readonly blob: string | Binary;
  /** Missing if an earlier version stored the artifact. */
  readonly made_by?: ArtifactMaker;
  /** Increases with the time of arrival. */
  readonly order: number;
}
interface Sent {
  /** The sender; missing if an earlier version stored the document. */
  readonly exchange?: string | null;
}
export type LogDocument = Omit<NewLog, "exchange"> & Sent & Leased & WithId & { readonly order: number };
export type SuggestionsDocument = Omit<NewSuggestions, "exchange" | "next_attempt_at" | "blob"> &
  Sent &
  Leased &
  WithId & {
    /** The text, compressed with gzip if it is long. */
    readonly blob: string | Binary;
    /** ISO 8601; null if there will be no further attempt. */
    readonly next_attempt_at: string | null;
  };
export type RejectionDocument = Pick<
  StoredRejection,
  "fault" | "project" | "task_id" | "payload" | "first_seen" | "last_seen" | "count"
> &
  WithId & {
    /** Missing if it was stored by a version that supported only Pulse. */
    readonly origin?: StoredRoute["origin"];
    /** The exchange, or `client:` followed by the id of a REST client. */
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
  /** The group of the limit that the request counts against; null if it does not count. */
  readonly counted_as: string | null;
  /** When the request arrived, in milliseconds since the Unix epoch. */
  readonly at: number;
  readonly expires_at: Date;
}

/** The `_id` is the id of the segment. */
export type SegmentDocument = Omit<NewSegment, "id" | "data"> & WithId;

/** The `_id` is the id of the segment, a slash and the number of the part. */
export interface SegmentPartDocument extends WithId {
  /** The value of `to` in the segment. */
  readonly to: string;
  readonly data: Binary;
}

/** The collections of one database. */
export interface Collections {
  readonly resultsets: Collection<ResultSetDocument>;
  readonly jobs: Collection<JobDocument>;
  /** The same collection as `jobs`, which also contains the tombstones. */
  readonly tombstones: Collection<TombstoneDocument>;
  readonly artifacts: Collection<ArtifactDocument>;
  readonly coalesced: Collection<WithId & { readonly into_guid: string }>;
  readonly logs: Collection<LogDocument>;
  readonly suggestions: Collection<SuggestionsDocument>;
  readonly rejections: Collection<RejectionDocument>;
  readonly bindings: Collection<BindingDocument>;
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

/** Matches logs whose last attempt failed. They are few, and have their own index. */
export const failedOnce = { failure: { $gt: "" } };
/** Matches logs to read and suggestions to make, whose time is not null. Most publishers' logs never match. */
export const waiting = { next_attempt_at: { $gt: "" } };
/** Matches tombstones. */
export const isTombstone = { removed_at: { $gt: "" } };
/** Matches jobs, but no tombstones. Needed in queries by id alone, because a tombstone has no other field of a job. */
export const isJob = { removed_at: { $exists: false } };
/** Matches documents that have a number: all except some of an earlier version. */
export const numbered = { rest_id: { $gt: 0 } };
/** Matches jobs that have given up their number because they are being moved. They are few, and have their own index. */
export const givenUp = { moved_number: { $gt: 0 } };
/** The index for claims: exchanges take turns, and so do the projects of each exchange. */
export const byTurn = { exchange: 1, project: 1, next_attempt_at: 1 } as const;

/** Matches ids that begin with this id and a slash, such as those of a job's parts. `0` comes after `/` in ASCII. */
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
 * Sorts documents by id, in place. Some servers lock all documents of a bulk write. If all writers lock documents in the same order,
 * they never deadlock. In a deadlock, the server would abort one of them.
 */
export function inOneOrder<T extends WithId>(documents: T[]): T[] {
  return documents.sort((a, b) => (a._id < b._id ? -1 : 1));
}

/** Blobs of at least this many characters are compressed: a summary shrinks to a tenth, and a document is limited to 16 MiB. */
const COMPRESSED_FROM = 8192;

export function packBlob(blob: string): string | Binary {
  return blob.length < COMPRESSED_FROM ? blob : new Binary(gzipSync(blob));
}

export function unpackBlob(blob: string | Binary): string {
  return typeof blob === "string" ? blob : gunzipSync(blob.buffer).toString("utf8");
}

/** Returns a filter for the documents with these numbers. `$gt` allows the use of the partial index of numbered documents. */
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
