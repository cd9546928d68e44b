import type {
  Copied,
  CopiedKind,
  CopyPage,
  CopyStore,
  PartKind,
  WalkedKind,
} from "../store/ports/copy-store.ts";

/** What is to be copied. */
export interface CopySelection {
  /** Null: all. */
  readonly project: string | null;
  /** ISO 8601; null: all. Jobs that changed, pushes that are listed and rejections that were seen at this time or later. */
  readonly since: string | null;
  readonly withCredentials: boolean;
}

type Reads = Pick<CopyStore, "readCopies" | "readParts" | "findCopies">;

/** The kinds that every copy brings, in this order: a job's push is copied before the job. */
const always = ["options", "push", "job", "coalesced", "rejection"] as const;
/** What belongs to a queue and to the whole store. A part of a store goes to another place, such as a laptop. */
const onlyWhole = ["quota", "binding", "suspect"] as const;
const secrets = ["credential", "nonce"] as const;
const parts = ["artifact", "log", "suggestions"] as const satisfies readonly PartKind[];

/** Returns whether a copy brings the whole store. */
export function isWhole({ project, since }: CopySelection): boolean {
  return project === null && since === null;
}

/** Returns the kinds of documents that are walked through; see {@link walkCopies}. */
export function copiedKinds(selection: CopySelection): readonly CopiedKind[] {
  return walkedKinds(selection).flatMap((kind): CopiedKind[] => (kind === "job" ? [kind, ...parts] : [kind]));
}

function walkedKinds(selection: CopySelection): WalkedKind[] {
  return [...always, ...(isWhole(selection) ? onlyWhole : []), ...(selection.withCredentials ? secrets : [])];
}

/**
 * Walks through all documents of a selection, page by page. The pages of a job's parts follow the page with the job. Memory is
 * bounded by a page.
 */
export async function* walkCopies(store: Reads, selection: CopySelection): AsyncGenerator<readonly Copied[]> {
  const { project, since } = selection;
  /** The pushes that were walked through, if not all are. */
  const pushes = new Set<string>();
  for (const kind of walkedKinds(selection)) {
    // Marks have no time. Those of the jobs follow the jobs.
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

/** Returns the pages behind each other. Empty ones are left out. */
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

/** Returns the pushes of these jobs that are older than what is copied. */
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
