import type { TextPlace } from "../../domain/text/text-place.ts";
import type { JobInfoEntry } from "../shown-job.ts";

/** The result of checking a message: what the worker would do with it. */
export interface CheckView {
  /** The exchange for which the message was checked. Without one (null), it was not checked whether it may write to the project. */
  readonly exchange: string | null;
  /** The number of jobs with each verdict. */
  readonly accepted: number;
  readonly skipped: number;
  readonly rejected: number;
  /** In the order of the message; the first hundred of each verdict. */
  readonly items: readonly CheckedItem[];
  /** The number of jobs that are not listed. */
  readonly more: number;
}

export type CheckedItem =
  | { readonly index: number; readonly verdict: "accepted"; readonly preview: CheckPreview }
  | { readonly index: number; readonly verdict: "skipped" }
  | {
      readonly index: number;
      readonly verdict: "rejected";
      readonly project: string | null;
      readonly task_id: string | null;
      readonly reason: string;
      readonly errors: readonly PlacedError[];
    };

/** An error, and its place in the message. */
export interface PlacedError {
  readonly pointer: string;
  readonly keyword: string;
  readonly message: string;
  /** The place of the error; null if the whole text is at fault. */
  readonly place: TextPlace | null;
}

/** An accepted job as the pages would show it. */
export interface CheckPreview {
  readonly project: string;
  /** The revision or the revision hash of its push. */
  readonly push: string;
  readonly guid: string;
  readonly state: string;
  readonly result: string | null;
  readonly tier: number;
  readonly platform: string;
  readonly options: readonly string[];
  readonly group_symbol: string;
  readonly group_name: string;
  readonly symbol: string;
  readonly name: string;
  /** The entries of its Job Info. */
  readonly details: readonly JobInfoEntry[];
  readonly logs: readonly { readonly name: string; readonly url: string }[];
  /** Parts of the message that would be left out, and why. */
  readonly refused: readonly { readonly what: string; readonly reason: string }[];
}
