import { CELL } from "../../../domain/job-cell.ts";
import { createTests, offerSame } from "../../grid/filter-jobs.ts";
import type { CellsOfPush } from "../../grid/grid-answers.ts";
import { type GridJob, toGridJob } from "../../grid/grid-job.ts";
import type { JobFilter } from "../../grid/grid-view.ts";
import { countJobs, type JobCounts, type PushJobs, toPushJobs } from "../../grid/job-counts.ts";
import type { ShownPush } from "../../grid/shown-push.ts";

/** A push on the page. */
export interface PagePush {
  readonly revision: string;
  head: ShownPush;
  /** The jobs by their guids; null until they have been read. */
  jobs: Map<string, GridJob> | null;
  /** The beginning of a complete list of its jobs, until the rest has arrived. */
  begun: CellsOfPush | null;
  /** The cached result of {@link jobsOfPush}; null after the jobs have changed. */
  made: PushJobs | null;
  /** The cached result of {@link offeredOf}; null after the jobs have changed. */
  offered: { readonly filter: JobFilter; readonly counts: JobCounts } | null;
}

/** Returns the jobs of a push, and values computed from them. The result is cached. */
export function jobsOfPush(push: PagePush): PushJobs {
  push.made ??= toPushJobs([...(push.jobs?.values() ?? [])]);
  return push.made;
}

/** Counts the jobs of a push that a filter offers. The result is cached for filters that differ at most in their statuses. */
export function offeredOf(push: PagePush, filter: JobFilter): JobCounts {
  if (push.offered === null || !offerSame(push.offered.filter, filter)) {
    const { isOffered } = createTests(filter);
    push.offered = { filter, counts: countJobs(jobsOfPush(push).jobs.filter(isOffered)) };
  }
  return push.offered.counts;
}

/** The effect of a change on a push. */
export interface TakenChange {
  readonly push: PagePush;
  /** The number of jobs that have newly failed. */
  readonly newFailures: number;
}

/** The pushes of the page with their jobs. The newest push comes first. */
export class PushList {
  readonly #pushes: PagePush[] = [];

  get pushes(): readonly PagePush[] {
    return this.#pushes;
  }

  find(revision: string): PagePush | null {
    return this.#pushes.find((push) => push.revision === revision) ?? null;
  }

  /** Returns the push with a job; null if no push of the page has it. */
  withJob(guid: string): PagePush | null {
    return this.#pushes.find(({ jobs }) => jobs?.has(guid) === true) ?? null;
  }

  /**
   * Adds a push, or replaces what is known about it. Returns null if nothing changes.
   *
   * @param areJobsKnown - whether all jobs of a new push arrive as changes. Otherwise they have to be read first.
   */
  takeHead(head: ShownPush, areJobsKnown: boolean): PagePush | null {
    const known = this.find(head.revision);
    if (known !== null) {
      if (JSON.stringify(known.head) === JSON.stringify(head)) return null;
      known.head = head;
      this.#sort();
      return known;
    }
    const jobs = areJobsKnown ? new Map<string, GridJob>() : null;
    const push = { revision: head.revision, head, jobs, begun: null, made: null, offered: null };
    this.#pushes.push(push);
    this.#sort();
    return push;
  }

  /** Applies changes. A job that is already known in the same version is kept. Returns null if nothing changes. */
  takeCells(given: CellsOfPush): TakenChange | null {
    const push = this.find(given.revision);
    if (push === null) return null;
    const whole = given.isComplete || push.begun === null ? given : joined(push.begun, given);
    push.begun = whole.isComplete && whole.more ? whole : null;
    if (push.begun !== null) return null;
    const { isComplete, cells, coalesced, gone } = whole;
    const isFirst = push.jobs === null;
    // Without a complete list, the page would show the changes as if they were all jobs of the push.
    if (isFirst && !isComplete) return null;
    const before = push.jobs ?? new Map<string, GridJob>();
    const after = isComplete ? new Map<string, GridJob>() : before;
    const hidden = new Set(coalesced);
    let newFailures = 0;
    let isChanged = isFirst;
    for (const cell of cells) {
      const guid = cell[CELL.guid];
      const known = before.get(guid);
      const job = toGridJob(cell, hidden.has(guid));
      const isSame = known !== undefined && known.version === job.version && known.status === job.status;
      after.set(guid, isSame ? known : job);
      if (isSame) continue;
      isChanged = true;
      if (!isFirst && job.isFailure && known?.isFailure !== true) newFailures += 1;
    }
    for (const guid of gone) isChanged = after.delete(guid) || isChanged;
    if (isComplete && after.size !== before.size) isChanged = true;
    push.jobs = after;
    if (isChanged) {
      push.made = null;
      push.offered = null;
    }
    return isChanged ? { push, newFailures } : null;
  }

  #sort(): void {
    // Pushes of the same second keep the order in which the server listed them.
    this.#pushes.sort((a, b) => b.head.at - a.head.at);
  }
}

function joined(begun: CellsOfPush, next: CellsOfPush): CellsOfPush {
  return {
    ...begun,
    cells: [...begun.cells, ...next.cells],
    coalesced: [...begun.coalesced, ...next.coalesced],
    more: next.more,
  };
}
