import type { BodyProperties } from "./delivery.ts";
import type { Fault } from "./faults.ts";
import type { StoredRoute } from "./origin.ts";

/**
 * A refused message as it is kept for people to read and to replay: of an array the item, of an envelope the job in it.
 * The fault's pointers lead into the message as it was sent: what follows `/payload` leads into a job out of an envelope.
 */
export interface RejectedPayload {
  /** `json`: the value as JSON text. `base64`: raw bytes that could not be decoded. */
  readonly encoding: "json" | "base64";
  /** At most the limit's length; whole unless `truncated`. */
  readonly content: string;
  /** Of the whole payload. */
  readonly bytes: number;
  readonly sha256: string;
  readonly truncated: boolean;
  /** Passwords in URLs have been replaced by `***`: it is no longer what was sent. */
  readonly blanked: boolean;
  /** Of raw bytes: what the message says of them, if anything. To be replayed with them. */
  readonly properties?: BodyProperties;
}

/** What every rejection holds, apart from where it came from and when. */
interface RejectionContent {
  readonly fault: Fault;
  /** Where they can be read from the payload. */
  readonly project: string | null;
  readonly task_id: string | null;
  readonly payload: RejectedPayload;
}

/** A rejection that is to be recorded. */
export type Rejection = RejectionContent & {
  readonly route: StoredRoute;
  /** ISO 8601, UTC. */
  readonly received_at: string;
  /** Whose daily quota it takes: an exchange's, or `other`. Absent: nobody's, as in a replay. */
  readonly quota?: string;
};

/** The quota that all exchanges share that the registry does not list: a stranger may make any number of them. */
export const OTHER_EXCHANGES = "other";

/** What became of a rejection: kept for people to read, or, the day's quota being full, only counted. */
export type RejectionEnd = "kept" | "only-counted";

/** Rejections of one day (UTC) that were only counted. */
export interface OnlyCounted {
  /** e.g. `2026-01-05`. */
  readonly day: string;
  /** Or {@link OTHER_EXCHANGES}. */
  readonly exchange: string;
  readonly messages: number;
}

/** A rejection as it is kept: a message that comes again (same payload and route) is counted, not kept again. */
export type StoredRejection = RejectionContent &
  StoredRoute & {
    readonly id: string;
    /** By the time of arrival, ISO 8601, UTC; so are those below. */
    readonly first_seen: string;
    readonly last_seen: string;
    /** How often it came, redeliveries included. */
    readonly count: number;
    readonly expires_at: string;
  };
