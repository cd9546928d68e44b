import { faultErrors } from "../../domain/explain-fault.ts";
import type { Refusal, Warning } from "../../domain/submission.ts";
import type { EndedJob, MessageProgress } from "../../ingest/progress/message-progress.ts";

/** The result of one item of a collection. See spec/rest-submission.md 2.2. */
export interface ItemResult {
  /** The item's index in the collection, from 0. */
  readonly index: number;
  /** `failed` means that a bug in pulse-ingest kept the item from being stored. It may be sent again. */
  readonly outcome: "stored" | "unchanged" | "rejected" | "failed";
  /** Why the item was rejected or failed; otherwise empty. Pointers are relative to the item. */
  readonly errors: readonly { readonly pointer: string; readonly message: string }[];
  /** Parts of an accepted item that could not be used; left out if there are none. */
  readonly refused?: readonly Refusal[];
  /** Hints for the sender of an accepted item, such as a blob that does not fit its schema. Nothing was refused because of them. */
  readonly warnings?: readonly Warning[];
}

/** Returns the items in the order of the collection. */
export function inOrder({ ended }: MessageProgress): readonly EndedJob[] {
  return ended.toSorted((a, b) => a.index - b.index);
}

/** Returns the result of an item, for its sender. */
export function itemResult({ index, outcome, fault, refused, warnings }: EndedJob): ItemResult {
  const errors =
    fault === null ? [] : faultErrors(fault).map(({ pointer, message }) => ({ pointer, message }));
  return {
    index,
    // Only jobs from Pulse can be skipped.
    outcome: outcome === "skipped" ? "unchanged" : outcome,
    errors,
    ...(refused.length > 0 && { refused }),
    ...(warnings.length > 0 && { warnings }),
  };
}
