import { createHash, type Hash } from "node:crypto";
import { BUG_SUGGESTIONS, jobId } from "../domain/ids.ts";
import type { StoredJob } from "../domain/stored-job.ts";
import type { ApiReads } from "../store/ports/api-reads.ts";
import type { Copied, CopiedKind, CopyStore } from "../store/ports/copy-store.ts";
import {
  type CopyJudgement,
  copyContent,
  isRenamedSince,
  judgeDifferent,
} from "../store/rules/judge-copy.ts";
import { nameOfCopy } from "./name-of-copy.ts";
import { type CopySelection, copiedKinds, walkCopies } from "./walk-copies.ts";

/** The most differences that are listed. */
export const LISTED = 20;

/** The result of comparing the documents of one kind. */
export interface ComparedCount {
  readonly documents: number;
  readonly same: number;
  /** Documents that the target's workers have moved forward, or have finished and deleted. */
  readonly later: number;
  /** All other documents. */
  readonly different: number;
  /** SHA-256 of names and contents, in the source's order and without the later documents: for the source, and for the target. */
  readonly from_sha256: string;
  readonly to_sha256: string;
}

export interface Difference {
  readonly kind: CopiedKind | "bug" | "segment";
  readonly name: string;
  /** `damaged` if it cannot be read in the source. */
  readonly is: Exclude<CopyJudgement, "same" | "later"> | "damaged";
}

export interface Comparison {
  readonly kinds: ReadonlyMap<CopiedKind, ComparedCount>;
  /** The first differences, at most {@link LISTED}. */
  readonly differences: readonly Difference[];
}

interface Tally {
  readonly from: Hash;
  readonly to: Hash;
  readonly counts: { documents: number; same: number; later: number; different: number };
}

/** A document of the source, how it compares with the target, and the contents of both; see `copyContent`. */
interface Judged {
  readonly document: Copied;
  readonly is: CopyJudgement;
  readonly from: string;
  readonly to: string | null;
}

/** The parts of the target that the comparison reads. */
export type ComparedStore = Pick<CopyStore, "findCopies"> & Pick<ApiReads, "selectJobs" | "readJobs">;

/**
 * Compares the documents of a selection with those of the target. A document that the target's workers have moved forward counts as
 * later, and not as different.
 *
 * @param onProgress - called after each page with the number of documents of its kind.
 */
export async function verifyCopy(
  from: CopyStore,
  to: ComparedStore,
  selection: CopySelection,
  onProgress: (kind: CopiedKind, documents: number) => void,
): Promise<Comparison> {
  const tallies = new Map(copiedKinds(selection).map((kind) => [kind, newTally()]));
  const differences: Difference[] = [];
  /** The jobs of the last page that the target's workers have moved forward. Their parts may differ too. */
  let moved: MovedJobs = new Map();
  for await (const documents of walkCopies(from, selection)) {
    const stored = await to.findCopies(documents);
    const judged = await Promise.all(
      documents.map((document, index) => compareDocument(document, stored[index] ?? null, moved, to)),
    );
    for (const each of judged) {
      const { document, is } = each;
      count(tallies.get(document.kind), each);
      if (is === "same" || is === "later" || differences.length >= LISTED) continue;
      differences.push({ kind: document.kind, name: nameOfCopy(document), is });
    }
    if (documents[0]?.kind === "job") moved = movedJobsIn(judged);
    const [first] = documents;
    if (first !== undefined) onProgress(first.kind, tallies.get(first.kind)?.counts.documents ?? 0);
  }
  return {
    kinds: new Map(Array.from(tallies, ([kind, tally]) => [kind, toCount(tally)])),
    differences,
  };
}

/** Jobs by their ids, and whether a retry has renamed each. The parts of a renamed job have other names too. */
type MovedJobs = ReadonlyMap<string, { readonly isRenamed: boolean }>;

function movedJobsIn(judged: readonly Judged[]): MovedJobs {
  return new Map(
    judged.flatMap(({ document, is, to }) =>
      document.kind === "job" && is === "later" ? [[document.id, { isRenamed: to === null }] as const] : [],
    ),
  );
}

/** Compares a document with the target. If it is missing or differs there, other documents show whether it was finished or has expired. */
async function compareDocument(
  document: Copied,
  target: Copied | null,
  moved: MovedJobs,
  store: ComparedStore,
): Promise<Judged> {
  const from = copyContent(document);
  if (target === null) {
    const is = (await isFinished(document, moved, store)) ? "later" : "missing";
    return { document, is, from, to: null };
  }
  const to = copyContent(target);
  if (from === to) return { document, is: "same", from, to };
  const isOfMoved = (document.kind === "artifact" || document.kind === "log") && moved.has(document.job);
  return { document, is: isOfMoved ? "later" : judgeDifferent(document, target), from, to };
}

/** Returns whether a document is missing because the target no longer needs it. */
async function isFinished(document: Copied, moved: MovedJobs, store: ComparedStore): Promise<boolean> {
  switch (document.kind) {
    // The entry is deleted when its message has ended.
    case "suspect":
      return true;
    case "nonce":
      return document.expires_at <= Date.now();
    case "job":
      return isRenamed(document.job, store);
    case "artifact":
    case "log":
      return moved.get(document.job)?.isRenamed === true;
    case "suggestions": {
      const job = jobId(document.project, document.job_guid);
      const [made] = await store.findCopies([{ kind: "artifact", job, name: BUG_SUGGESTIONS, apart_by: "" }]);
      return (made !== null && made !== undefined) || moved.get(job)?.isRenamed === true;
    }
    default:
      return false;
  }
}

/** Returns whether a retry has renamed a job in the target. A renamed job keeps its number. */
async function isRenamed(job: StoredJob, store: ComparedStore): Promise<boolean> {
  const handles = await store.selectJobs({ by: "number", numbers: [job.rest_id] }, job.project, 1);
  const [holder] = await store.readJobs(handles);
  return holder !== undefined && isRenamedSince(job, holder.job);
}

function newTally(): Tally {
  const counts = { documents: 0, same: 0, later: 0, different: 0 };
  return { from: createHash("sha256"), to: createHash("sha256"), counts };
}

function count(tally: Tally | undefined, { document, is, from, to }: Judged): void {
  if (tally === undefined) return;
  tally.counts.documents += 1;
  tally.counts[is === "same" || is === "later" ? is : "different"] += 1;
  if (is === "later") return;
  const name = nameOfCopy(document);
  tally.from.update(`${name}\n${from}\n`);
  if (to !== null) tally.to.update(`${name}\n${to}\n`);
}

function toCount({ from, to, counts }: Tally): ComparedCount {
  return { ...counts, from_sha256: from.digest("hex"), to_sha256: to.digest("hex") };
}
