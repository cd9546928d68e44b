import type { Arrival, StoreOutcome } from "./submission-store.ts";

/** What is known of a segment without reading it. */
export interface SegmentHead {
  /** Begins with `from`, so that ids sort by time. */
  readonly id: string;
  /** Arrival of its first message: ISO 8601, UTC, with milliseconds. */
  readonly from: string;
  /** Arrival of its last message. */
  readonly to: string;
  readonly messages: number;
  /** Size of its compressed bytes. */
  readonly bytes: number;
  /** Size of the bodies of its messages. */
  readonly raw_bytes: number;
}

/** A segment that is to be stored: the messages of one batch. */
export interface NewSegment extends SegmentHead {
  /** Hashes of the senders, projects and tasks of its messages; see `segmentKeys`. Null: there are too many, so that it may hold any. */
  readonly keys: readonly number[] | null;
  /** The compressed bytes; see `encodeSegment`. */
  readonly data: Buffer;
}

/** Which archived messages are wanted; null stands for all. */
export interface ArchiveFilter {
  /** The earliest arrival: ISO 8601, UTC, with milliseconds. */
  readonly since: string | null;
  /** Messages that arrived at this time or later do not count. */
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
  /** Arrival of the first and of the last message: ISO 8601, UTC; null if there is none. */
  readonly oldest: string | null;
  readonly newest: string | null;
}

/** Keeps messages as they came. */
export interface ArchiveStore {
  /** Stores a segment. One whose id is stored already stays as it is, so the call may be repeated. */
  addSegment(segment: NewSegment): Promise<void>;
  /**
   * Does what `storeSubmissions` does, and stores a segment, both in one transaction where the store has transactions. If it
   * throws, either may have been stored.
   */
  storeArchived(batch: readonly Arrival[], segment: NewSegment): Promise<StoreOutcome[]>;
  /**
   * Returns the segments that may hold a wanted message, oldest first. All that hold one are among them.
   *
   * @param after - the id of the last segment that the caller has seen; null for the first ones.
   */
  findSegments(filter: ArchiveFilter, after: string | null, limit: number): Promise<SegmentHead[]>;
  /** Returns the compressed bytes of a segment; null if it has expired. */
  readSegment(id: string): Promise<Buffer | null>;
  /**
   * Deletes segments whose last message arrived before this time, the oldest first, and at most this many.
   *
   * @param before - ISO 8601, UTC, with milliseconds.
   * @returns how many were deleted.
   */
  expireSegments(before: string, limit: number): Promise<number>;
  /** Returns how many segments {@link expireSegments} would delete without a limit. */
  countSegments(before: string): Promise<number>;
  archiveTotals(): Promise<ArchiveTotals>;
}
