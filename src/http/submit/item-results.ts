import { faultErrors } from "../../domain/explain-fault.ts";
import type { Refusal, Warning } from "../../domain/submission.ts";
import type { EndedJob, MessageProgress } from "../../ingest/progress/message-progress.ts";

/** What became of one item of a collection. See spec/rest-submission.md 2.2. */
export interface ItemResult {
  /** Its place in the collection, from 0. */
  readonly index: number;
  /** `failed`: a bug of ours occurred at it. It was not stored, and may be sent again. */
  readonly outcome: "stored" | "unchanged" | "rejected" | "failed";
  /** Why it was rejected or has failed; empty otherwise. Pointers begin at the item. */
  readonly errors: readonly { readonly pointer: string; readonly message: string }[];
  /** Parts of an accepted item that could not be used; left out if there are none. */
  readonly refused?: readonly Refusal[];
  /** Hints for the sender of an accepted item, although nothing was refused, such as a blob that does not fit its schema. */
  readonly warnings?: readonly Warning[];
}

/** Returns the items in the order of the collection. */
export function inOrder({ ended }: MessageProgress): readonly EndedJob[] {
  return ended.toSorted((a, b) => a.index - b.index);
}

/** Returns what the sender of an item is told. */
export function itemResult({ index, outcome, fault, refused, warnings }: EndedJob): ItemResult {
  const errors =
    fault === null ? [] : faultErrors(fault).map(({ pointer, message }) => ({ pointer, message }));
  return {
    index,
    // Only Pulse has jobs that are skipped.
    outcome: outcome === "skipped" ? "unchanged" : outcome,
    errors,
    ...(refused.length > 0 && { refused }),
    ...(warnings.length > 0 && { warnings }),
  };
}
