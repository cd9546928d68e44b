import type { ResultSet } from "../../domain/result-set.ts";
import type { ApiReads } from "../../store/ports/api-reads.ts";
import type { JobReads } from "../../store/ports/job-reads.ts";
import type { PageReads } from "../../store/ports/page-reads.ts";

/** The result of a search for the text in the search box. */
export type Found =
  | { readonly kind: "project"; readonly project: string }
  | { readonly kind: "pushes"; readonly pushes: readonly ResultSet[] }
  | { readonly kind: "jobs"; readonly jobs: readonly FoundJob[] }
  | { readonly kind: "nothing" };

export interface FoundJob {
  readonly project: string;
  readonly guid: string;
  readonly name: string;
  readonly state: string;
  readonly result: string | null;
}

type Reads = Pick<ApiReads, "hasProject"> &
  Pick<PageReads, "listProjects"> &
  Pick<JobReads, "findJobsByGuid" | "findResultSet">;

const revisionText = /^[0-9a-f]{12,40}$/i;
/** How many projects are searched for a revision at the same time. */
const ASKED_AT_ONCE = 25;

/** Finds a project by its name, a push by any of its revisions in any project, or jobs by their task id or guid. */
export async function findAnything(store: Reads, text: string): Promise<Found> {
  if (await store.hasProject(text)) return { kind: "project", project: text };
  if (revisionText.test(text)) {
    // Revisions are stored as publishers write them, which is nearly always in lower case.
    for (const revision of new Set([text, text.toLowerCase()])) {
      const pushes = await findPushes(store, revision);
      if (pushes.length > 0) return { kind: "pushes", pushes };
    }
  }
  const jobs = await store.findJobsByGuid(text);
  if (jobs.length === 0) return { kind: "nothing" };
  return {
    kind: "jobs",
    jobs: jobs.map(({ job: { project, job_guid, name, state, result } }) => ({
      ...{ project, guid: job_guid, name, state, result },
    })),
  };
}

async function findPushes(store: Reads, revision: string): Promise<ResultSet[]> {
  const projects = await store.listProjects();
  const found: ResultSet[] = [];
  for (let from = 0; from < projects.length; from += ASKED_AT_ONCE) {
    const asked = projects.slice(from, from + ASKED_AT_ONCE);
    const pushes = await Promise.all(asked.map(({ project }) => store.findResultSet(project, revision)));
    for (const push of pushes) if (push !== null) found.push(push);
  }
  return found;
}
