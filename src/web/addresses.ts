/*
 * The addresses of the pages. Every link to a page of ours is built here, so that each value in it is encoded. Guids hold slashes,
 * so they stand in the query.
 */

/** Returns the address of a project's pushes. */
export function projectAddress(project: string): string {
  return `/projects/${encodeURIComponent(project)}`;
}

/** Returns the address of a push. @param push.job - the guid of a job to show below it. */
export function pushAddress(push: {
  readonly project: string;
  readonly revision: string;
  readonly job?: string;
}): string {
  const { project, revision, job } = push;
  const path = `${projectAddress(project)}/pushes/${encodeURIComponent(revision)}`;
  return job === undefined ? path : `${path}?${new URLSearchParams({ job })}`;
}

/** Returns the address of a job's page. */
export function jobAddress(job: {
  readonly project: string;
  readonly guid: string;
  readonly tab?: string;
}): string {
  const { project, guid, tab } = job;
  return `/job?${new URLSearchParams({ project, guid, ...(tab !== undefined && { tab }) })}`;
}

/** Returns a function that gives the addresses of many jobs of a project. */
export function jobAddressIn(project: string): (guid: string) => string {
  const before = `/job?${new URLSearchParams({ project })}&guid=`;
  return (guid) => before + encodeURIComponent(guid);
}

/**
 * Returns the address of a log.
 *
 * @param place.log - the log's name; without it the page chooses one.
 * @param place.line - counted from 1, the line to open at.
 */
export function logAddress(place: {
  readonly project: string;
  readonly guid: string;
  readonly log?: string;
  readonly line?: number;
}): string {
  const { project, guid, log, line } = place;
  const query = new URLSearchParams({ project, guid, ...(log !== undefined && { log }) });
  return `/log?${query}${line === undefined ? "" : `#L${line}`}`;
}

/** Returns the address of a job's whole artifact, as a text to download. */
export function artifactAddress(artifact: {
  readonly project: string;
  readonly guid: string;
  readonly name: string;
}): string {
  const { project, guid, name } = artifact;
  return `/job/artifact?${new URLSearchParams({ project, guid, name })}`;
}

/** Returns the address of the publisher's page, which says why a job does not show up. */
export function publishAddress(task?: string): string {
  return task === undefined ? "/publish" : `/publish?${new URLSearchParams({ task })}`;
}

/** Returns the address of the operator's page. */
export function operateAddress(): string {
  return "/operate";
}

/** Returns the address of the help: keys, colours and switches. */
export function helpAddress(): string {
  return "/help";
}
