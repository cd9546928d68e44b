import type { CopiedKind, CopyStore } from "../store/ports/copy-store.ts";
import { type CopySelection, copiedKinds, walkCopies } from "./walk-copies.ts";

/** The counts of copying the documents of one kind. */
export interface CopiedCount {
  /** Documents that were read. */
  readonly documents: number;
  readonly written: number;
  /** All other documents. Nearly always the target already had them, in the same state or a later one. */
  readonly kept: number;
  /** How many of the written documents got a new number, because another document in the target has their old one. */
  readonly renumbered: number;
}

export type CopiedCounts = ReadonlyMap<CopiedKind, CopiedCount>;

const nothing: CopiedCount = { documents: 0, written: 0, kept: 0, renumbered: 0 };

/**
 * Copies the documents of a selection. It may be interrupted at any time and repeated; then everything that was already copied counts
 * as kept. Workers may write to both stores while it runs.
 *
 * @param onProgress - called after each page with the count of its kind.
 * @returns the counts of all kinds that were copied.
 */
export async function copyDocuments(
  from: CopyStore,
  to: CopyStore,
  selection: CopySelection,
  onProgress: (kind: CopiedKind, count: CopiedCount) => void,
): Promise<CopiedCounts> {
  const counts = new Map<CopiedKind, CopiedCount>(copiedKinds(selection).map((kind) => [kind, nothing]));
  for await (const documents of walkCopies(from, selection)) {
    const [first] = documents;
    if (first === undefined) continue;
    const { written, kept, renumbered } = await to.writeCopies(documents);
    const before = counts.get(first.kind) ?? nothing;
    const count = {
      documents: before.documents + documents.length,
      written: before.written + written,
      kept: before.kept + kept,
      renumbered: before.renumbered + renumbered,
    };
    counts.set(first.kind, count);
    onProgress(first.kind, count);
  }
  return counts;
}
