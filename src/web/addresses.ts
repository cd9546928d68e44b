import type { RoadQuestion } from "./road-question.ts";

/*
 * The addresses of the pages. Every internal link is built here, so that each value in it is encoded. Guids contain slashes, so they
 * are passed in the query.
 */

/** Returns the address of a project's pushes. */
export function projectAddress(project: string): string {
  return `/projects/${encodeURIComponent(project)}`;
}

/** Returns the address of a push. @param push.job - guid of the job to open in the panel. */
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

/** Returns a function that maps the guid of a job in a project to the address of the job's page. It encodes the project only once. */
export function jobAddressIn(project: string): (guid: string) => string {
  const before = `/job?${new URLSearchParams({ project })}&guid=`;
  return (guid) => before + encodeURIComponent(guid);
}

/** A log, and which part of it to show. Lines are numbered from 0, as in the artifacts. */
export interface LogPlace {
  readonly project: string;
  readonly guid: string;
  /** The log's name. If it is missing, the page chooses a log. */
  readonly log?: string;
  /** The text to look for. */
  readonly find?: string;
  /** Show only the failing lines. */
  readonly view?: "errors";
  /** Where a page without scripts begins: a line, or with `view` the index of a failing line. */
  readonly from?: number;
  /** The line at which to open the log. It is marked. */
  readonly line?: number;
}

/** Returns the address of a log. */
export function logAddress({ project, guid, log, find, view, from, line }: LogPlace): string {
  const query = new URLSearchParams({
    ...{ project, guid },
    ...(log !== undefined && { log }),
    ...(find !== undefined && { find }),
    ...(view !== undefined && { view }),
    ...(from !== undefined && { from: String(from) }),
  });
  return `/log?${query}${line === undefined ? "" : `#L${line}`}`;
}

/** Returns the address that downloads a job's whole artifact as text. */
export function artifactAddress(artifact: {
  readonly project: string;
  readonly guid: string;
  readonly name: string;
}): string {
  const { project, guid, name } = artifact;
  return `/job/artifact?${new URLSearchParams({ project, guid, name })}`;
}

/** Returns the link to a line of the log on the same page. */
export function lineAddress(line: number): string {
  return `#L${line}`;
}

/** Returns the address of the publisher's page, which explains why a job is missing. */
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

/** Returns the query of the publisher's page, with its `?`; empty if the question has no parts. */
export function roadQuery(question: RoadQuestion): string {
  const given = Object.entries(question).filter((entry): entry is [string, string] => entry[1] !== null);
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

/** Returns the address of a rejection, which shows its payload. Only operators may see it. */
export function rejectionAddress(id: string): string {
  return `/operate/rejections/${encodeURIComponent(id)}`;
}

/** Returns the link to a line of the payload on a rejection's page. Lines are numbered from 1. */
export function payloadLineAddress(line: number): string {
  return `#L${line}`;
}

/** The filters of the list of rejections. All of them are optional. */
export interface RejectionQuestion {
  readonly exchange?: string;
  readonly routing_key?: string;
  readonly client?: string;
  readonly project?: string;
  readonly task?: string;
  readonly reason?: string;
  /** A prefix of the rejection's id. */
  readonly id?: string;
  readonly since?: string;
  readonly until?: string;
  /** The cursor that the previous page of the list returned. */
  readonly after?: string;
}

/** Returns the address of a list of rejections. */
export function rejectionsAddress(question: RejectionQuestion): string {
  const query = new URLSearchParams(Object.entries(question)).toString();
  return `/operate/rejections${query === "" ? "" : `?${query}`}`;
}
