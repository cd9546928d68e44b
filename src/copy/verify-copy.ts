import { createHash, type Hash } from "node:crypto";
import { BUG_SUGGESTIONS, jobId } from "../domain/ids.ts";
import type { Copied, CopiedKind, CopyStore } from "../store/ports/copy-store.ts";
import { type CopyJudgement, copyContent, judgeCopy } from "../store/rules/judge-copy.ts";
import { nameOfCopy } from "./name-of-copy.ts";
import { type CopySelection, copiedKinds, walkCopies } from "./walk-copies.ts";

/** How many differences are listed. */
export const LISTED = 20;

/** How the documents of one kind compare. */
export interface ComparedCount {
  readonly documents: number;
  readonly same: number;
  /** The target's workers have moved them on, or have finished and deleted them. */
  readonly later: number;
  /** All others. */
  readonly different: number;
  /** SHA-256 of the names and contents of all but the later ones, in the source's order; and the same from the target. */
  readonly from_sha256: string;
  readonly to_sha256: string;
}

export interface Difference {
  readonly kind: CopiedKind | "bug" | "segment";
  readonly name: string;
  readonly is: Exclude<CopyJudgement, "same" | "later">;
}

export interface Comparison {
  readonly kinds: ReadonlyMap<CopiedKind, ComparedCount>;
  /** The first ones. */
  readonly differences: readonly Difference[];
}

interface Tally {
  readonly from: Hash;
  readonly to: Hash;
  readonly counts: { documents: number; same: number; later: number; different: number };
}

/**
 * Compares the documents of a selection with those of the target. What a worker of the target has moved forward counts as right.
 *
 * @param onProgress - called after each page with the number of documents of its kind.
 */
export async function verifyCopy(
  from: CopyStore,
  to: CopyStore,
  selection: CopySelection,
  onProgress: (kind: CopiedKind, documents: number) => void,
): Promise<Comparison> {
  const tallies = new Map(copiedKinds(selection).map((kind) => [kind, newTally()]));
  const differences: Difference[] = [];
  /** The jobs of the last page that the target's workers have moved on. Their parts may differ too. */
  let moved: ReadonlySet<string> = new Set();
  for await (const documents of walkCopies(from, selection)) {
    const stored = await to.findCopies(documents);
    const judged = await Promise.all(
      documents.map(async (document, index) => {
        const target = stored[index] ?? null;
        return { document, target, is: await judgeBeside(document, target, moved, to) };
      }),
    );
    for (const { document, target, is } of judged) {
      count(tallies.get(document.kind), document, target, is);
      if (is === "same" || is === "later") continue;
      if (differences.length < LISTED)
        differences.push({ kind: document.kind, name: nameOfCopy(document), is });
    }
    if (documents[0]?.kind === "job") {
      moved = new Set(
        judged.flatMap(({ document, is }) =>
          document.kind === "job" && is === "later" ? [document.id] : [],
        ),
      );
    }
    const [first] = documents;
    if (first !== undefined) onProgress(first.kind, tallies.get(first.kind)?.counts.documents ?? 0);
  }
  return {
    kinds: new Map(Array.from(tallies, ([kind, tally]) => [kind, toCount(tally)])),
    differences,
  };
}

/** Judges a document by what else the target shows: it may have been finished or have expired there. */
async function judgeBeside(
  document: Copied,
  target: Copied | null,
  moved: ReadonlySet<string>,
  to: CopyStore,
): Promise<CopyJudgement> {
  const is = judgeCopy(document, target);
  if (is === "missing") return (await isFinished(document, to)) ? "later" : is;
  const isOfMoved = (document.kind === "artifact" || document.kind === "log") && moved.has(document.job);
  return isOfMoved && is !== "same" ? "later" : is;
}

/** Returns whether a document is missing because the target needs it no more. */
async function isFinished(document: Copied, to: CopyStore): Promise<boolean> {
  // The entry of a message that has ended is deleted.
  if (document.kind === "suspect") return true;
  if (document.kind === "nonce") return document.expires_at <= Date.now();
  if (document.kind !== "suggestions") return false;
  const job = jobId(document.project, document.job_guid);
  const [made] = await to.findCopies([{ kind: "artifact", job, name: BUG_SUGGESTIONS, apart_by: "" }]);
  return made !== null && made !== undefined;
}

function newTally(): Tally {
  const counts = { documents: 0, same: 0, later: 0, different: 0 };
  return { from: createHash("sha256"), to: createHash("sha256"), counts };
}

function count(tally: Tally | undefined, document: Copied, target: Copied | null, is: CopyJudgement): void {
  if (tally === undefined) return;
  tally.counts.documents += 1;
  tally.counts[is === "same" || is === "later" ? is : "different"] += 1;
  if (is === "later") return;
  tally.from.update(lineOf(document));
  if (target !== null) tally.to.update(lineOf(target));
}

function lineOf(document: Copied): string {
  return `${nameOfCopy(document)}\n${copyContent(document)}\n`;
}

function toCount({ from, to, counts }: Tally): ComparedCount {
  return { ...counts, from_sha256: from.digest("hex"), to_sha256: to.digest("hex") };
}
