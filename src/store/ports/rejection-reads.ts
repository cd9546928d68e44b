import type { FaultReason } from "../../domain/faults.ts";
import type { OnlyCounted, RejectionHead, StoredRejection } from "../../domain/rejection.ts";

/** Conditions that must all hold. An expired rejection never matches. */
export interface RejectionFilter {
  readonly exchange?: string;
  readonly routing_key?: string;
  readonly client_id?: string;
  readonly project?: string;
  /** A guid or task id, as a slug or a UUID. Also matches rejections of the task as a whole and of its runs. */
  readonly task_id?: string;
  readonly reason?: FaultReason;
  /** The beginning of the id, in lower-case hexadecimal digits. */
  readonly id_prefix?: string;
  /** ISO 8601: last seen at this time or later. */
  readonly since?: string;
  /** ISO 8601: last seen before this time. */
  readonly until?: string;
}

/** Selects a page of rejections, ordered by the time when they were last seen. */
export interface RejectionQuery extends RejectionFilter {
  /** Default: false, the newest come first. */
  readonly oldestFirst?: boolean;
  /** The last rejection of the previous page. */
  readonly after?: Pick<StoredRejection, "id" | "last_seen">;
  readonly limit: number;
}

/** How many rejections one sender has for one reason. */
export interface RejectionCount {
  /** The exchange, or `client:` and the id of a client. */
  readonly exchange: string;
  readonly reason: FaultReason;
  /** The number of different rejections. */
  readonly rejections: number;
  /** How often they arrived, in total. */
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
  /** Returns when each of these rejections was last seen (ISO 8601), by id. Those that are not stored are missing. */
  findLastSeen(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Returns a count for each exchange and reason, most messages first. */
  countRejections(filter: RejectionFilter): Promise<RejectionCount[]>;
  /** Returns how many rejections of a day and exchange were only counted, newest first. Kept as long as rejections. */
  listOnlyCounted(filter: Pick<RejectionFilter, "since" | "until">): Promise<OnlyCounted[]>;
}
