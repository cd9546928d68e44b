import type { Arrival, StoreOutcome } from "./submission-store.ts";

/** Describes a segment without its contents. */
export interface SegmentHead {
  /** Begins with `from`, so that ids sort by time. */
  readonly id: string;
  /** When the first message arrived: ISO 8601, UTC, with milliseconds. */
  readonly from: string;
  /** When the last message arrived, in the same form. */
  readonly to: string;
  readonly messages: number;
  /** Compressed size. */
  readonly bytes: number;
  /** Total size of the uncompressed message bodies. */
  readonly raw_bytes: number;
}

/** A segment to be stored: the messages of one batch. */
export interface NewSegment extends SegmentHead {
  /**
   * Hashes of the senders, projects and tasks of its messages; see `segmentKeys`. Null if there are too many to list; the segment
   * may then contain messages of any sender, project or task.
   */
  readonly keys: readonly number[] | null;
  /** The compressed bytes; see `encodeSegment`. */
  readonly data: Buffer;
}

/** Selects archived messages. All conditions must hold; null means no condition. */
export interface ArchiveFilter {
  /** Messages that arrived at this time or later: ISO 8601, UTC, with milliseconds. */
  readonly since: string | null;
  /** Messages that arrived before this time. */
  readonly until: string | null;
  readonly exchange: string | null;
  /** The id of a REST client. */
  readonly client: string | null;
  readonly project: string | null;
  /** The guid of a job, or a task id without its run. */
  readonly task: string | null;
}

/** The size of the whole archive. */
export interface ArchiveTotals {
  readonly segments: number;
  readonly messages: number;
  readonly bytes: number;
  readonly raw_bytes: number;
  /** When the first and the last message arrived: ISO 8601, UTC; null if the archive is empty. */
  readonly oldest: string | null;
  readonly newest: string | null;
}

/** Keeps messages as they were received. */
export interface ArchiveStore {
  /** Stores a segment. Does nothing if a segment with this id exists, so the call may be repeated. */
  addSegment(segment: NewSegment): Promise<void>;
  /**
   * Does what `storeSubmissions` does, and also stores a segment. Uses one transaction if the store has transactions. If this
   * call throws, the submissions, the segment, both or neither may have been stored.
   */
  storeArchived(batch: readonly Arrival[], segment: NewSegment): Promise<StoreOutcome[]>;
  /**
   * Returns segments that may contain a selected message, oldest first. No segment that contains one is missing.
   *
   * @param after - the id of the last segment that the caller has seen; null to start at the oldest.
   */
  findSegments(filter: ArchiveFilter, after: string | null, limit: number): Promise<SegmentHead[]>;
  /** Returns the compressed bytes of a segment; null if it has expired. */
  readSegment(id: string): Promise<Buffer | null>;
  /**
   * Deletes segments whose last message arrived before this time, oldest first, and at most `limit` of them.
   *
   * @param before - ISO 8601, UTC, with milliseconds.
   * @returns the number of deleted segments.
   */
  expireSegments(before: string, limit: number): Promise<number>;
  /** Returns how many segments {@link expireSegments} would delete without a limit. */
  countSegments(before: string): Promise<number>;
  archiveTotals(): Promise<ArchiveTotals>;
}
