import type { ExpiredKind } from "../metrics/retention-counters.ts";
import type { ApiReads } from "../store/ports/api-reads.ts";
import type { ArchiveStore } from "../store/ports/archive-store.ts";
import type { ExpiredJob, ExpiryQuery, RetentionStore } from "../store/ports/retention-store.ts";
import { daysBefore, expiryQuery, lagOf } from "./expiry-query.ts";

export type ExpiringStore = RetentionStore &
  Pick<ArchiveStore, "expireSegments"> &
  Pick<ApiReads, "listProjectNames">;

export interface ExpiryOptions {
  readonly store: ExpiringStore;
  /** Removes only the jobs and pushes of this project. If null, removes those of all projects, and everything else that has expired. */
  readonly project: string | null;
  /** Returns the number of days for which the jobs of a project are kept, or 0 to keep them for ever. */
  readonly retainDays: (project: string) => number;
  /** The number of days for which segments of the archive are kept, or 0 to remove none. */
  readonly archiveDays: number;
  /** Deletes the texts of these logs that are cached on this machine. */
  readonly forgetTexts: (urls: readonly string[]) => Promise<void>;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** The result of one step. */
export interface ExpiryStep {
  readonly gone: Readonly<Partial<Record<ExpiredKind, number>>>;
  /** For how long the removed jobs had been due for removal, in milliseconds; null if the step does not handle jobs. */
  readonly lagMs: number | null;
  /** The disk space that was returned to the system. */
  readonly freedBytes: number;
}

const MAX_PROJECTS = 100_000;
/** The most documents that one step looks at. The store may handle fewer in one call. */
const AT_ONCE = 100;
/** The most segments that one step removes. It is a low number, because a segment is large. */
const SEGMENTS_AT_ONCE = 10;

/**
 * Removes expired data in short steps, and yields the result of each. The caller decides when the next step begins, and may stop after
 * any step. A later run removes the rest.
 */
export async function* expirySteps(options: ExpiryOptions): AsyncGenerator<ExpiryStep> {
  const { store, project } = options;
  yield { gone: { jobs: await store.finishRemovals() }, lagMs: null, freedBytes: 0 };
  const projects = project === null ? await store.listProjectNames(MAX_PROJECTS) : [project];
  for (const each of projects) {
    const query = expiryQuery(each, options.retainDays(each), options.now());
    if (query === null) continue;
    yield* jobSteps(options, query);
    yield* pushSteps(options, query);
  }
  if (project === null) yield* otherSteps(options);
  for (;;) {
    const freedBytes = await store.reclaimSpace();
    yield { gone: {}, lagMs: null, freedBytes };
    if (freedBytes === 0) return;
  }
}

async function* jobSteps(options: ExpiryOptions, query: ExpiryQuery): AsyncGenerator<ExpiryStep> {
  for (let after: string | null = null; ; ) {
    const page = await options.store.findExpiredJobs(query, after, AT_ONCE);
    let left = page.jobs;
    const lagMs = left[0] === undefined ? 0 : lagOf(left[0].last_modified, query);
    // A page without a job also counts as a step, because the store has worked for it.
    do {
      const { handled, ...gone } = await removeSome(options, left);
      left = left.slice(handled);
      yield { gone, lagMs, freedBytes: 0 };
    } while (left.length > 0);
    if (page.next === null) return;
    after = page.next;
  }
}

async function removeSome({ store, forgetTexts }: ExpiryOptions, jobs: readonly ExpiredJob[]) {
  if (jobs.length === 0) return { handled: 0 };
  const { logUrls, ...gone } = await store.removeJobs(jobs);
  await forgetTexts(logUrls);
  return gone;
}

async function* pushSteps(options: ExpiryOptions, query: ExpiryQuery): AsyncGenerator<ExpiryStep> {
  const { project, finishedBefore } = query;
  for (let after: string | null = null; ; ) {
    const { removed, next } = await options.store.removePushes(project, finishedBefore, after, AT_ONCE);
    yield { gone: { pushes: removed }, lagMs: null, freedBytes: 0 };
    if (next === null) return;
    after = next;
  }
}

async function* otherSteps({ store, archiveDays, now }: ExpiryOptions): AsyncGenerator<ExpiryStep> {
  for (const kind of ["rejections", "nonces"] as const) {
    yield* removeAll(AT_ONCE, kind, (limit) => store.removeOutdated(kind, limit));
  }
  if (archiveDays === 0) return;
  const before = daysBefore(archiveDays, now());
  yield* removeAll(SEGMENTS_AT_ONCE, "segments", (limit) => store.expireSegments(before, limit));
}

async function* removeAll(
  limit: number,
  kind: ExpiredKind,
  remove: (limit: number) => Promise<number>,
): AsyncGenerator<ExpiryStep> {
  for (;;) {
    const removed = await remove(limit);
    yield { gone: { [kind]: removed }, lagMs: null, freedBytes: 0 };
    if (removed < limit) return;
  }
}
