import type {
  Copied,
  CopiedKind,
  CopyEnds,
  CopyPage,
  CopyQuery,
  CopyRef,
  PartKind,
  PartQuery,
  WalkedKind,
} from "../ports/copy-store.ts";
import type { Collections } from "./mongodb-collections.ts";
import { createJobCopier } from "./mongodb-copied-jobs.ts";
import { createPartCopiers } from "./mongodb-copied-parts.ts";
import { createPushCopier } from "./mongodb-copied-pushes.ts";
import { createRecordCopiers } from "./mongodb-copied-records.ts";
import type { Copier, PartCopier, WalkedCopier } from "./mongodb-copier.ts";

/** Reads all documents for another store, and writes documents from another store. */
export function createCopies(all: Collections, rejectionTtlDays: number) {
  const walked: { readonly [K in WalkedKind]: WalkedCopier<K> } = {
    push: createPushCopier(all),
    job: createJobCopier(all),
    ...createRecordCopiers(all, rejectionTtlDays),
  };
  const parts: { readonly [K in PartKind]: PartCopier<K> } = createPartCopiers(all);
  const copiers: { readonly [K in CopiedKind]: Copier<K> } = { ...walked, ...parts };

  async function readCopies(query: CopyQuery): Promise<CopyPage> {
    return walked[query.kind].page(query);
  }

  async function readParts({ kind, jobs, after }: PartQuery): Promise<CopyPage> {
    return jobs.length === 0 ? { documents: [], next: null } : parts[kind].pageOf(jobs, after);
  }

  async function findCopies(refs: readonly CopyRef[]): Promise<readonly (Copied | null)[]> {
    const [first] = refs;
    return first === undefined ? [] : findKind(first.kind, refs);
  }

  function findKind<K extends CopiedKind>(kind: K, refs: readonly CopyRef<K>[]) {
    return copiers[kind].find(refs);
  }

  async function writeCopies(documents: readonly Copied[]): Promise<CopyEnds> {
    const [first] = documents;
    return first === undefined ? { written: 0, kept: 0, renumbered: 0 } : writeKind(first.kind, documents);
  }

  function writeKind<K extends CopiedKind>(kind: K, documents: readonly Copied<K>[]): Promise<CopyEnds> {
    return copiers[kind].write(documents);
  }

  return { readCopies, readParts, findCopies, writeCopies };
}
