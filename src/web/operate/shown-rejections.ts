import type { RejectionQuestion } from "../addresses.ts";

/** A page of rejected messages, newest first. Times are in ISO 8601, UTC. */
export interface RejectionListing {
  readonly question: RejectionQuestion;
  /** The time of the answer. */
  readonly at: string;
  readonly rejections: readonly ListedRejection[];
  /** The cursor of the next page; null if there is none. */
  readonly next: string | null;
}

export interface ListedRejection {
  readonly id: string;
  readonly last_seen: string;
  readonly count: number;
  readonly reason: string;
  readonly project: string | null;
  readonly task_id: string | null;
  /** The exchange with its routing key, or the client with its endpoint. */
  readonly from: string;
  /** The first error. */
  readonly wrong: string;
  /** The number of further errors. */
  readonly more_wrong: number;
}

/** One rejected message in full. */
export interface RejectionDetails {
  readonly id: string;
  readonly reason: string;
  /** The meaning of the reason. */
  readonly meaning: string;
  /** The origin of the message, and what else is known about it. */
  readonly facts: readonly { readonly label: string; readonly text: string }[];
  readonly errors: readonly ShownError[];
  readonly payload: ShownPayload;
  readonly task_id: string | null;
  /** The reason why it cannot be replayed; null if it can. */
  readonly not_replayed: string | null;
}

export interface ShownError {
  readonly pointer: string;
  readonly message: string;
  /** The line of the payload that has the error, from 1; null if that line is not shown. */
  readonly line: number | null;
}

export interface ShownPayload {
  /** Says what is shown: the payload, its beginning, or its bytes. */
  readonly title: string;
  readonly lines: readonly string[];
  /** The number of lines that are not shown. */
  readonly more_lines: number;
}
