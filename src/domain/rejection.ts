import type { BodyProperties, RawBody } from "./delivery.ts";
import type { Fault } from "./faults.ts";
import type { StoredRoute } from "./origin.ts";

/**
 * A rejected job message, kept for people to read and to replay: a single item of an array, and the job inside an
 * envelope. Pointers of the fault begin at the message that was sent; for a job in an envelope they begin with `/payload`.
 */
export interface RejectedPayload {
  /** `json`: the value as JSON text. `base64`: raw bytes that could not be decoded. */
  readonly encoding: "json" | "base64";
  /** The payload, cut to the limit if `truncated`. */
  readonly content: string;
  /** Length of the whole payload. */
  readonly bytes: number;
  readonly sha256: string;
  readonly truncated: boolean;
  /** Passwords in URLs have been replaced by `***`, so this is no longer exactly what was sent. */
  readonly blanked: boolean;
  /** How the message declares the raw bytes, if it does. A replay needs it. */
  readonly properties?: BodyProperties;
}

/** The content of a rejection, without its origin and its times. */
interface RejectionContent {
  readonly fault: Fault;
  /** Null if the payload does not show it; so is `task_id`. */
  readonly project: string | null;
  readonly task_id: string | null;
  readonly payload: RejectedPayload;
}

/** A rejection that is to be recorded. */
export type Rejection = RejectionContent & {
  readonly route: StoredRoute;
  /** ISO 8601, UTC. */
  readonly received_at: string;
  /** The daily quota that it counts against: an exchange's, or `other`; absent if against none, as in a replay. */
  readonly quota?: string;
  /**
   * Set if the message comes from the archive. It may have been counted at its arrival, so it counts only if it arrived later than
   * the last one that was counted. Beyond the quota it is not counted at all.
   */
  readonly replayed?: true;
};

/** The one quota for all exchanges that the registry does not list, because anybody can create any number of them. */
export const OTHER_EXCHANGES = "other";

/** What became of a rejection: kept for people to read, or only counted because the day's quota is used up. */
export type RejectionEnd = "kept" | "only-counted";

/** Rejections of one day (UTC) that were only counted. */
export interface OnlyCounted {
  /** e.g. `2026-01-05`. */
  readonly day: string;
  /** The exchange, or {@link OTHER_EXCHANGES}. */
  readonly exchange: string;
  readonly messages: number;
}

/** A rejection in the store, without the content of its payload, which may be long. */
export type RejectionHead = Omit<RejectionContent, "payload"> &
  StoredRoute & {
    readonly payload: Omit<RejectedPayload, "content">;
    readonly id: string;
    /** Time of arrival in ISO 8601, UTC; the times below have the same form. */
    readonly first_seen: string;
    readonly last_seen: string;
    /** How often the message arrived, redeliveries included. */
    readonly count: number;
    readonly expires_at: string;
  };

/** A rejection in the store. The same payload on the same route is counted, not kept again. */
export type StoredRejection = RejectionHead & { readonly payload: RejectedPayload };

/** Returns the body that a rejection kept: the raw bytes of a message, or a single job of it as JSON. */
export function rawBodyOf({ encoding, content, properties }: RejectedPayload): RawBody {
  const body = Buffer.from(content, encoding === "json" ? "utf8" : "base64");
  return { body, oversize: null, ...(properties !== undefined && { properties }) };
}
