import { hash as hashOf } from "node:crypto";
import { encodingKey } from "./declared-encoding.ts";
import type { StoredRoute } from "./origin.ts";
import type { RejectedPayload } from "./rejection.ts";
import { shortRevision } from "./result-set.ts";
import type { Artifact } from "./submission.ts";

/** A job may have many artifacts with this name. Each is a separate document; they are merged when they are read. */
export const JOB_INFO = "Job Info";
export const BUG_SUGGESTIONS = "Bug suggestions";

// Task ids contain slashes, so an unencoded part could collide with another job's id. SQLite ends a text in a JSON list at NUL.
const rare = /[%\0]/;
function part(text: string): string {
  const encoded = rare.test(text) ? text.replaceAll("%", "%25").replaceAll("\0", "%00") : text;
  return encoded.includes("/") ? encoded.replaceAll("/", "%2F") : encoded;
}

const hash = (text: string): string => hashOf("sha256", text, "hex").slice(0, 32);

/** Returns `project/job_guid`. In this id and those below, `%`, `/` and NUL are percent-encoded in each part. */
export function jobId(project: string, guid: string): string {
  return `${part(project)}/${part(guid)}`;
}

/** Returns the first part of the ids of a project's documents, without the slash that follows. */
export function projectKey(project: string): string {
  return part(project);
}

/**
 * Returns `job_guid/project` for a `jobId`. With this key, a store finds a guid in all projects through one index. For a key, returns
 * the id.
 */
export function jobKey(id: string): string {
  const slash = id.indexOf("/");
  return `${id.slice(slash + 1)}/${id.slice(0, slash)}`;
}

/**
 * Returns two ranges of job keys, with both ends excluded: the keys of this guid, and the keys of guids that continue with a slash,
 * such as the runs of a task.
 *
 * @returns the two ends of the first range, followed by those of the second.
 */
export function jobKeyRanges(guidOrTaskId: string): readonly [string, string, string, string] {
  const id = part(guidOrTaskId);
  // `0` follows `/` in ASCII, and `G` follows `F`.
  return [`${id}/`, `${id}0`, `${id}%2F`, `${id}%2G`];
}

/** Returns the task id of a guid of the form `task/run`; any other guid is its own task id. */
export function taskIdOf(guid: string): string {
  return guid.replace(/\/\d{1,9}$/, "");
}

/** Returns `project/short_revision`. */
export function resultSetId(project: string, revision: string): string {
  return `${part(project)}/${part(shortRevision(revision))}`;
}

/** Returns the id of a job in the same project as a push. */
export function jobIdBeside(resultSet: string, guid: string): string {
  return `${resultSet.slice(0, resultSet.indexOf("/"))}/${part(guid)}`;
}

/** Returns `project/job_guid/name`; for `Job Info` a hash of the blob follows. */
export function artifactId(project: string, guid: string, artifact: Artifact): string {
  return artifactIdBelow(jobId(project, guid), artifact.name, apartBy(artifact));
}

/**
 * Returns the id of an artifact, given the id of its job.
 *
 * @param apart - see {@link apartBy}.
 */
export function artifactIdBelow(job: string, name: string, apart: string): string {
  return apart === "" ? `${job}/${part(name)}` : `${job}/${part(name)}/${apart}`;
}

/** Returns the text that distinguishes a job's artifacts with the same name: a hash of the blob for `Job Info`, otherwise `""`. */
export function apartBy({ name, blob }: Artifact): string {
  return name === JOB_INFO ? hash(blob) : "";
}

/** Returns the prefix of the ids of a job's artifacts with this name. It is the whole id, except for `Job Info`. */
export function artifactIds(project: string, guid: string, name: string): string {
  return `${jobId(project, guid)}/${part(name)}`;
}

/** Returns `project/job_guid/name/hash(url)`. */
export function logId(project: string, guid: string, name: string, url: string): string {
  return logIdBelow(jobId(project, guid), name, url);
}

/** Returns the id of a log, given the id of its job. */
export function logIdBelow(job: string, name: string, url: string): string {
  return `${job}/${part(name)}/${hash(url)}`;
}

/** Returns `project/job_guid/hash(blob)`: a job has one such work item for each summary that arrived without suggestions. */
export function suggestionsId(project: string, guid: string, summaryBlob: string): string {
  return `${jobId(project, guid)}/${hash(summaryBlob)}`;
}

/** Returns `queue/exchange/routing_key`. */
export function bindingId(queue: string, exchange: string, routingKey: string): string {
  return `${part(queue)}/${part(exchange)}/${part(routingKey)}`;
}

/** Returns `client_id/ts/hash(nonce)`. */
export function nonceId(clientId: string, nonce: string, ts: number): string {
  return `${part(clientId)}/${ts}/${hash(nonce)}`;
}

/**
 * Returns the id of a rejection, which is made from the payload's hash, the encoding of raw bytes and the route. A repeated message
 * has the same id, so it is counted and not listed again.
 */
export function rejectionId(
  { sha256, properties }: Pick<RejectedPayload, "sha256" | "properties">,
  route: StoredRoute,
): string {
  // The form for Pulse must not change, because ids are stored. An object cannot be confused with the name of an exchange.
  const place =
    route.origin === "pulse"
      ? [route.exchange, route.routing_key]
      : [{ client_id: route.client_id, endpoint: route.endpoint }];
  return hash(JSON.stringify([sha256, ...place, ...encodingKey(properties)]));
}
