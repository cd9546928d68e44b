import { logAddress, projectAddress, pushAddress } from "./addresses.ts";

const projectName = /^[\w-]{1,50}$/;
const revisionText = /^[0-9a-f]{12,40}$/i;
const lineRange = /^L\d{1,9}(-L?\d{1,9})?$/;

/** A log as the reference's links name it. */
export interface OldLogLink {
  readonly project: string;
  /** The number of the job in the read API. */
  readonly jobNumber: number;
}

/**
 * Returns our address for one of the reference's: `/jobs?repo=P&revision=R`, or the same behind `/#`. It is built from checked
 * parts alone, so no address leads anywhere else. Null if the project is missing or cannot be a project.
 */
export function fromOldJobs(query: URLSearchParams): string | null {
  const project = query.get("repo") ?? "";
  if (!projectName.test(project)) return null;
  const revision = query.get("revision") ?? "";
  return revisionText.test(revision) ? pushAddress({ project, revision }) : projectAddress(project);
}

/** Returns what `/logviewer.html?job_id=N&repo=P` asks for; null if it names no job. */
export function readOldLog(query: URLSearchParams): OldLogLink | null {
  const project = query.get("repo") ?? "";
  const number = query.get("job_id") ?? "";
  if (!projectName.test(project) || !/^\d{1,16}$/.test(number)) return null;
  return { project, jobNumber: Number(number) };
}

/**
 * Returns our address for the part of an old link behind `#`, which only the browser knows; null if it is not an old link.
 *
 * @param path - the page that the link leads to: `/` or `/logviewer.html`.
 * @param hash - such as `#/jobs?repo=try`, or `#?job_id=5&repo=try#L10`.
 */
export function fromOldHash(path: string, hash: string): string | null {
  const [, inside = "", lines = ""] = /^#([^#]*)#?(.*)$/s.exec(hash) ?? [];
  const [page = "", search = ""] = inside.split(/\?(.*)/s);
  const query = new URLSearchParams(search);
  if (path === "/logviewer.html") {
    const log = readOldLog(query);
    if (log === null) return null;
    const place = new URLSearchParams({ job_id: String(log.jobNumber), repo: log.project });
    return `${path}?${place}${lineRange.test(lines) ? `#${lines}` : ""}`;
  }
  return page === "/jobs" ? fromOldJobs(query) : null;
}

/** Returns the address of the log of a job that an old link names by its number. The browser keeps the line of the link. */
export function fromOldLog(project: string, guid: string): string {
  return logAddress({ project, guid });
}
