import type { RejectionQuestion } from "../addresses.ts";

/** A page of rejected messages, newest first. Times are in ISO 8601, UTC. */
export interface RejectionListing {
  readonly question: RejectionQuestion;
  /** When it was asked. */
  readonly at: string;
  readonly rejections: readonly ListedRejection[];
  /** Where the next page begins; null if there is none. */
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
  /** The first thing that is wrong. */
  readonly wrong: string;
  /** How many more are wrong. */
  readonly more_wrong: number;
}

/** One rejected message in full. */
export interface RejectionDetails {
  readonly id: string;
  readonly reason: string;
  /** What the reason means. */
  readonly meaning: string;
  /** Where it came from, and what is known of it. */
  readonly facts: readonly { readonly label: string; readonly text: string }[];
  readonly errors: readonly ShownError[];
  readonly payload: ShownPayload;
  readonly task_id: string | null;
  /** Why it cannot be replayed; null if it can. */
  readonly not_replayed: string | null;
}

export interface ShownError {
  readonly pointer: string;
  readonly message: string;
  /** The line of the payload, from 1; null if it is not shown there. */
  readonly line: number | null;
}

export interface ShownPayload {
  /** Says what is shown: the payload, its beginning, or its bytes. */
  readonly title: string;
  readonly lines: readonly string[];
  /** How many more lines there are. */
  readonly more_lines: number;
}
