import type { Store } from "../store/ports/store.ts";
import { compareBugs, copyBugs } from "./copy-bugs.ts";
import { type CopiedCount, copyDocuments } from "./copy-documents.ts";
import { compareSegments, copySegments } from "./copy-segments.ts";
import { type ComparedCount, type Difference, LISTED, verifyCopy } from "./verify-copy.ts";
import { type CopySelection, isWhole } from "./walk-copies.ts";

/** The result of a copy, and of comparing the two stores afterwards. */
export interface CopyResult {
  /** The counts by kind of document, in the order in which the kinds were copied. */
  readonly kinds: Readonly<Record<string, CopiedCount & ComparedCount>>;
  /** The first documents that differ. */
  readonly differences: readonly Difference[];
  /** How many documents differ in total. */
  readonly differing: number;
}

/** Called now and then to report the progress. */
export type OnCopyProgress = (step: "copying" | "comparing", kind: string, documents: number) => void;

/**
 * Copies a selection of one store into another, and compares the two. The cached bugs are copied too. The archive is copied only with
 * the whole store. A copy may be interrupted at any time and repeated.
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
      Array.from(copied, ([kind, count]) => [
        kind,
        { ...count, ...(compared.get(kind) ?? throwNotCompared(kind)) },
      ]),
    ),
    differences: [...differences, ...(archive?.differences ?? [])],
    differing: [...compared.values()].reduce((sum, { different }) => sum + different, 0),
  };
}

function throwNotCompared(kind: string): never {
  throw new Error(`documents of the kind ${kind} were copied and not compared`);
}
