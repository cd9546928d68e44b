import type { JobReads } from "../../store/ports/job-reads.ts";
import type { PageReads, PushPlace, PushRow } from "../../store/ports/page-reads.ts";
import { toPushRow } from "../../store/rules/page-pushes.ts";

/** Which pushes a page of the grid shows. */
export interface GridQuestion {
  readonly project: string;
  /** If given, the page shows only the push with this revision. */
  readonly revision: string | null;
  readonly author: string | null;
  /** Seconds since the Unix epoch. Both `since` and `until` are included. */
  readonly since: number | null;
  readonly until: number | null;
  readonly before: PushPlace | null;
}

export interface PushList {
  readonly pushes: readonly PushRow[];
  /** Where the next page begins; null if there is none. */
  readonly next: PushPlace | null;
}

/** How many pushes a page shows. */
const PUSHES_OF_PAGE = 10;

/**
 * Returns the pushes of one page of the grid, newest first.
 *
 * @returns null if the project has no push with the requested revision.
 */
export async function listGrid(
  store: Pick<PageReads, "listPushes"> & Pick<JobReads, "findResultSet">,
  { project, revision, author, since, until, before }: GridQuestion,
): Promise<PushList | null> {
  if (revision !== null) {
    const push = await store.findResultSet(project, revision);
    if (push === null) return null;
    return { pushes: [toPushRow(push)], next: null };
  }
  return store.listPushes({
    project,
    ...(author !== null && { author }),
    ...(since !== null && { since }),
    ...(until !== null && { until }),
    ...(before !== null && { before }),
    limit: PUSHES_OF_PAGE,
  });
}
