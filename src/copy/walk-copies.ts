import type {
  Copied,
  CopiedKind,
  CopyPage,
  CopyStore,
  PartKind,
  WalkedKind,
} from "../store/ports/copy-store.ts";

/** The part of a store to copy. */
export interface CopySelection {
  /** Null for all projects. */
  readonly project: string | null;
  /** ISO 8601. Only jobs that changed, pushes that are listed and rejections that were seen at this time or later. Null for all. */
  readonly since: string | null;
  readonly withCredentials: boolean;
}

type Reads = Pick<CopyStore, "readCopies" | "readParts" | "findCopies">;

/** The kinds that are always copied, in this order. A job's push is copied before the job. */
const always = ["options", "push", "job", "coalesced", "rejection"] as const;
/** The kinds that belong to a queue or to the whole store. They are not copied with a part of a store, which is for use elsewhere. */
const onlyWhole = ["quota", "binding", "suspect"] as const;
const secrets = ["credential", "nonce"] as const;
const parts = ["artifact", "log", "suggestions"] as const satisfies readonly PartKind[];

/** Returns whether a selection is the whole store. */
export function isWhole({ project, since }: CopySelection): boolean {
  return project === null && since === null;
}

/** Returns the kinds of documents that {@link walkCopies} walks through. */
export function copiedKinds(selection: CopySelection): readonly CopiedKind[] {
  return walkedKinds(selection).flatMap((kind): CopiedKind[] => (kind === "job" ? [kind, ...parts] : [kind]));
}

function walkedKinds(selection: CopySelection): WalkedKind[] {
  return [...always, ...(isWhole(selection) ? onlyWhole : []), ...(selection.withCredentials ? secrets : [])];
}

/**
 * Walks through all documents of a selection, page by page. The pages of a job's parts follow the page with the job. Only about one
 * page is in memory at a time.
 */
export async function* walkCopies(store: Reads, selection: CopySelection): AsyncGenerator<readonly Copied[]> {
  const { project, since } = selection;
  /** The pushes that have been yielded. Only recorded if `since` leaves older pushes out. */
  const pushes = new Set<string>();
  for (const kind of walkedKinds(selection)) {
    // Marks of coalesced jobs have no time, so they cannot be selected by it. Those of the copied jobs follow the jobs.
    if (kind === "coalesced" && since !== null) continue;
    for await (const page of pages((after) => store.readCopies({ kind, project, since, after }))) {
      if (kind === "push" && since !== null)
        for (const each of page) if (each.kind === "push") pushes.add(each.id);
      const jobs = page.filter((document): document is Copied<"job"> => document.kind === "job");
      if (jobs.length > 0 && since !== null) yield* earlierPushes(store, jobs, pushes);
      yield page;
      if (jobs.length > 0) yield* partsOf(store, jobs);
      if (jobs.length > 0 && since !== null) yield* marksOf(store, jobs);
    }
  }
}

/** Yields the pages in order, without empty ones. */
async function* pages(read: (after: string | null) => Promise<CopyPage>): AsyncGenerator<readonly Copied[]> {
  let after: string | null = null;
  do {
    const { documents, next }: CopyPage = await read(after);
    if (documents.length > 0) yield documents;
    after = next;
  } while (after !== null);
}

async function* partsOf(store: Reads, page: readonly Copied<"job">[]): AsyncGenerator<readonly Copied[]> {
  const jobs = page.map(({ id }) => id);
  for (const kind of parts) yield* pages((after) => store.readParts({ kind, jobs, after }));
}

/** Yields the pushes of these jobs that are older than the selection. */
async function* earlierPushes(
  store: Reads,
  jobs: readonly Copied<"job">[],
  known: Set<string>,
): AsyncGenerator<readonly Copied[]> {
  const ids = [...new Set(jobs.map(({ job }) => job.result_set))].filter((id) => !known.has(id));
  for (const id of ids) known.add(id);
  yield* found(await store.findCopies(ids.map((id) => ({ kind: "push", id }))));
}

async function* marksOf(store: Reads, jobs: readonly Copied<"job">[]): AsyncGenerator<readonly Copied[]> {
  yield* found(await store.findCopies(jobs.map(({ id }) => ({ kind: "coalesced", id }))));
}

function found(documents: readonly (Copied | null)[]): (readonly Copied[])[] {
  const there = documents.filter((document) => document !== null);
  return there.length === 0 ? [] : [there];
}
