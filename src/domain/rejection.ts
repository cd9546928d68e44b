import type { BodyProperties, RawBody } from "./delivery.ts";
import type { Fault } from "./faults.ts";
import type { StoredRoute } from "./origin.ts";

/**
 * A rejected job message, kept for people to read and to replay: a single job without its array or envelope, or the raw bytes of a
 * message that could not be decoded. The pointers in the fault are relative to the message that was sent, so for a job in an envelope
 * they begin with `/payload`.
 */
export interface RejectedPayload {
  /** `json`: the value as JSON text. `base64`: raw bytes that could not be decoded. */
  readonly encoding: "json" | "base64";
  /** The payload, shortened to the limit if `truncated`. */
  readonly content: string;
  /** The length of the whole payload. */
  readonly bytes: number;
  readonly sha256: string;
  readonly truncated: boolean;
  /** Whether passwords in URLs were replaced with `***`, so that the content is no longer exactly what was sent. */
  readonly blanked: boolean;
  /** The type and the encoding that the message declares for the raw bytes, if any. A replay needs them. */
  readonly properties?: BodyProperties;
}

/** The content of a rejection, without its origin and times. */
interface RejectionContent {
  readonly fault: Fault;
  /** The project, or null if it cannot be read from the payload. The same applies to `task_id`. */
  readonly project: string | null;
  readonly task_id: string | null;
  readonly payload: RejectedPayload;
}

/** A rejection to record. */
export type Rejection = RejectionContent & {
  readonly route: StoredRoute;
  /** ISO 8601, UTC. */
  readonly received_at: string;
  /** The daily quota that the rejection counts against: a sender's, or `other`. Absent if it counts against none, as in a replay. */
  readonly quota?: string;
  /**
   * Set if the message comes from the archive. It may have been counted when it arrived, so it is counted only if it arrived later
   * than the last message that was counted. Beyond the quota it is not counted at all.
   */
  readonly replayed?: true;
};

/** The shared quota of all exchanges that the registry does not list. They share one, because anybody can create any number of them. */
export const OTHER_EXCHANGES = "other";

/** Whether a rejection was kept for people to read, or only counted because the day's quota is used up. */
export type RejectionEnd = "kept" | "only-counted";

/** The number of rejections on one day (UTC) that were only counted. */
export interface OnlyCounted {
  /** The day, such as `2026-01-05`. */
  readonly day: string;
  /** The name of the quota: the exchange, `client:` followed by the id of a REST client, or {@link OTHER_EXCHANGES}. */
  readonly exchange: string;
  readonly messages: number;
}

/** A rejection in the store, without the content of its payload, which may be long. */
export type RejectionHead = Omit<RejectionContent, "payload"> &
  StoredRoute & {
    readonly payload: Omit<RejectedPayload, "content">;
    readonly id: string;
    /** The first time of arrival in ISO 8601, UTC. The times below have the same form. */
    readonly first_seen: string;
    readonly last_seen: string;
    /** How often the message arrived, including redeliveries. */
    readonly count: number;
    readonly expires_at: string;
  };

/** A rejection in the store. If the same payload arrives again on the same route, it is only counted. */
export type StoredRejection = RejectionHead & { readonly payload: RejectedPayload };

/** Returns the body that a rejection contains: the raw bytes of a message, or a single job as JSON. */
export function rawBodyOf({ encoding, content, properties }: RejectedPayload): RawBody {
  const body = Buffer.from(content, encoding === "json" ? "utf8" : "base64");
  return { body, oversize: null, ...(properties !== undefined && { properties }) };
}
