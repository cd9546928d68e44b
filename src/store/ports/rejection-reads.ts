import type { FaultReason } from "../../domain/faults.ts";
import type { OnlyCounted, RejectionHead, StoredRejection } from "../../domain/rejection.ts";

/** Selects rejections. All conditions must hold. An expired rejection never matches. */
export interface RejectionFilter {
  readonly exchange?: string;
  readonly routing_key?: string;
  readonly client_id?: string;
  readonly project?: string;
  /** A guid or a task id, as a slug or a UUID. Also matches rejections of the whole task and of its runs. */
  readonly task_id?: string;
  readonly reason?: FaultReason;
  /** The beginning of the id, in lower-case hexadecimal digits. */
  readonly id_prefix?: string;
  /** Only rejections last seen at this time or later, in ISO 8601. */
  readonly since?: string;
  /** Only rejections last seen before this time, in ISO 8601. */
  readonly until?: string;
}

/** Selects a page of rejections, ordered by the time when they were last seen. */
export interface RejectionQuery extends RejectionFilter {
  /** Default: false, newest first. */
  readonly oldestFirst?: boolean;
  /** The last rejection of the previous page. */
  readonly after?: Pick<StoredRejection, "id" | "last_seen">;
  readonly limit: number;
}

/** Counts the rejections of one sender for one reason. */
export interface RejectionCount {
  /** The exchange, or `client:` followed by the id of a REST client. */
  readonly exchange: string;
  readonly reason: FaultReason;
  /** The number of distinct rejections. */
  readonly rejections: number;
  /** The number of rejected messages, including repeated ones. */
  readonly messages: number;
  readonly first_seen: string;
  readonly last_seen: string;
}

/** Reads why messages were rejected, for CLI and pages. */
export interface RejectionReads {
  listRejections(query: RejectionQuery): Promise<StoredRejection[]>;
  /** Lists the same rejections without the contents of their payloads, which a list seldom needs. */
  listRejectionHeads(query: RejectionQuery): Promise<RejectionHead[]>;
  findRejection(id: string): Promise<StoredRejection | null>;
  /** Returns when each of these rejections was last seen (ISO 8601), by id. Unknown ids are left out. */
  findLastSeen(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Returns a count for each exchange and reason, most messages first. */
  countRejections(filter: RejectionFilter): Promise<RejectionCount[]>;
  /**
   * Returns how many rejections were counted but not stored, for each day and exchange, newest first. These counts are kept as
   * long as rejections.
   */
  listOnlyCounted(filter: Pick<RejectionFilter, "since" | "until">): Promise<OnlyCounted[]>;
}
