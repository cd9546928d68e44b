import { logAddress, projectAddress, pushAddress } from "./addresses.ts";

const projectName = /^[\w-]{1,50}$/;
const revisionText = /^[0-9a-f]{12,40}$/i;
const lineRange = /^L\d{1,9}(-L?\d{1,9})?$/;

/** A log as it is named in links of the reference. */
export interface OldLogLink {
  readonly project: string;
  /** The number of the job in the read API. */
  readonly jobNumber: number;
}

/**
 * Returns our address for an address of the reference, `/jobs?repo=P&revision=R`, or the same after `/#`; null if the project is
 * missing or invalid. It is built only from checked parts, so that no link leads to another site.
 */
export function fromOldJobs(query: URLSearchParams): string | null {
  const project = query.get("repo") ?? "";
  if (!projectName.test(project)) return null;
  const revision = query.get("revision") ?? "";
  return revisionText.test(revision) ? pushAddress({ project, revision }) : projectAddress(project);
}

/** Returns the log that `/logviewer.html?job_id=N&repo=P` names; null if it names no job. */
export function readOldLog(query: URLSearchParams): OldLogLink | null {
  const project = query.get("repo") ?? "";
  const number = query.get("job_id") ?? "";
  if (!projectName.test(project) || !/^\d{1,16}$/.test(number)) return null;
  return { project, jobNumber: Number(number) };
}

/**
 * Returns our address for the part of an old link after `#`, which only the browser knows; null if it is not an old link.
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

/** Returns the address of the log that an old link leads to. The browser keeps the fragment of the link, which names the line. */
export function fromOldLog(project: string, guid: string): string {
  return logAddress({ project, guid });
}
