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
  /** Only the jobs and pushes of this project; null: those of all projects, and everything else that may go. */
  readonly project: string | null;
  /** Returns for how many days the jobs of a project are kept; 0: for ever. */
  readonly retainDays: (project: string) => number;
  /** For how many days segments of the archive are kept; 0: nothing is said about them, and they stay. */
  readonly archiveDays: number;
  /** Removes the texts of logs that are kept on this machine for readers. */
  readonly forgetTexts: (urls: readonly string[]) => Promise<void>;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** What one step has done. */
export interface ExpiryStep {
  readonly gone: Readonly<Partial<Record<ExpiredKind, number>>>;
  /** By how much the jobs that were removed had outlived their time, in milliseconds; null if the step was not about jobs. */
  readonly lagMs: number | null;
  /** Space that was given back to the system. */
  readonly freedBytes: number;
}

const MAX_PROJECTS = 100_000;
/** How many documents one step looks at. The store may do less at once. */
const AT_ONCE = 100;
/** A segment is large. */
const SEGMENTS_AT_ONCE = 10;

/**
 * Removes what has outlived its time, one short step after the other, and tells after each what it has done. The caller decides when it
 * goes on, and may stop after any step: whoever begins again goes on from there.
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
    // A page without a job is a step, too: it has cost the store something.
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
    yield* untilFewer(AT_ONCE, kind, (limit) => store.removeOutdated(kind, limit));
  }
  if (archiveDays === 0) return;
  const before = daysBefore(archiveDays, now());
  yield* untilFewer(SEGMENTS_AT_ONCE, "segments", (limit) => store.expireSegments(before, limit));
}

async function* untilFewer(
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
