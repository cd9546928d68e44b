import type { Store } from "../store/ports/store.ts";
import { compareBugs, copyBugs } from "./copy-bugs.ts";
import { type CopiedCount, copyDocuments } from "./copy-documents.ts";
import { compareSegments, copySegments } from "./copy-segments.ts";
import { type ComparedCount, type Difference, LISTED, verifyCopy } from "./verify-copy.ts";
import { type CopySelection, isWhole } from "./walk-copies.ts";

/** What was copied, and how the two stores compare afterwards. */
export interface CopyResult {
  /** By kind of document, in the order in which they were copied. */
  readonly kinds: Readonly<Record<string, CopiedCount & ComparedCount>>;
  /** The first documents that differ. */
  readonly differences: readonly Difference[];
  /** How many differ in total. */
  readonly differing: number;
}

/** Called now and then with what is being done. */
export type OnCopyProgress = (step: "copying" | "comparing", kind: string, documents: number) => void;

/**
 * Copies a selection of one store into another, and compares the two. Bugs are copied too, and the archive if it is the whole store.
 * It may be ended at any moment and done again.
 */
export async function copyStoreContents(
  from: Store,
  to: Store,
  selection: CopySelection,
  onProgress: OnCopyProgress,
): Promise<CopyResult> {
  const copied = new Map<string, CopiedCount>(
    await copyDocuments(from, to, selection, (kind, { documents }) => onProgress("copying", kind, documents)),
  );
  copied.set("bug", await copyBugs(from, to));
  if (isWhole(selection)) {
    const onSegment = ({ documents }: CopiedCount): void => onProgress("copying", "segment", documents);
    copied.set("segment", await copySegments(from, to, onSegment));
  }
  const { kinds, differences } = await verifyCopy(from, to, selection, (kind, documents) =>
    onProgress("comparing", kind, documents),
  );
  const compared = new Map<string, ComparedCount>(kinds);
  compared.set("bug", await compareBugs(from, to));
  const archive = isWhole(selection)
    ? await compareSegments(from, to, LISTED - differences.length, (segments) =>
        onProgress("comparing", "segment", segments),
      )
    : null;
  if (archive !== null) compared.set("segment", archive.count);
  return {
    kinds: Object.fromEntries(
      Array.from(copied, ([kind, count]) => [kind, { ...count, ...(compared.get(kind) ?? bugOf(kind)) }]),
    ),
    differences: [...differences, ...(archive?.differences ?? [])],
    differing: [...compared.values()].reduce((sum, { different }) => sum + different, 0),
  };
}

function bugOf(kind: string): never {
  throw new Error(`documents of the kind ${kind} were copied and not compared`);
}
