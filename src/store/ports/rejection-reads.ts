import type { FaultReason } from "../../domain/faults.ts";
import type { OnlyCounted, StoredRejection } from "../../domain/rejection.ts";

/** All conditions must hold. An expired rejection never matches. */
export interface RejectionFilter {
  readonly exchange?: string;
  readonly routing_key?: string;
  readonly client_id?: string;
  readonly project?: string;
  /** A guid or task id, as a slug or a UUID. Also matches rejections of the task as a whole and of its runs. */
  readonly task_id?: string;
  readonly reason?: FaultReason;
  /** What the id begins with, in lower-case hexadecimal digits. */
  readonly id_prefix?: string;
  /** ISO 8601: last seen at or after. */
  readonly since?: string;
  /** ISO 8601: last seen before. */
  readonly until?: string;
}

/** A page of rejections, by the time they were last seen. */
export interface RejectionQuery extends RejectionFilter {
  /** By default the newest come first. */
  readonly oldestFirst?: boolean;
  /** The last one of the page before. */
  readonly after?: Pick<StoredRejection, "id" | "last_seen">;
  /** At most this many. */
  readonly limit: number;
}

/** Rejections of one sender for one reason. */
export interface RejectionCount {
  /** The exchange, or `client:` and the id of a client. */
  readonly exchange: string;
  readonly reason: FaultReason;
  /** Different ones. */
  readonly rejections: number;
  /** How often they came, all together. */
  readonly messages: number;
  readonly first_seen: string;
  readonly last_seen: string;
}

/** Why messages were refused, for CLI and pages. */
export interface RejectionReads {
  listRejections(query: RejectionQuery): Promise<StoredRejection[]>;
  findRejection(id: string): Promise<StoredRejection | null>;
  /** Per exchange and reason, most messages first. */
  countRejections(filter: RejectionFilter): Promise<RejectionCount[]>;
  /** Days and exchanges whose rejections were only counted, newest first; kept as long as rejections are. */
  listOnlyCounted(filter: Pick<RejectionFilter, "since" | "until">): Promise<OnlyCounted[]>;
}
