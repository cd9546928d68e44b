import { hash as hashOf } from "node:crypto";
import { encodingKey } from "./declared-encoding.ts";
import type { StoredRoute } from "./origin.ts";
import type { RejectedPayload } from "./rejection.ts";
import { shortRevision } from "./result-set.ts";
import type { Artifact } from "./submission.ts";

/** Job Info artifacts are many a job, each a document of its own, and merged when read. */
export const JOB_INFO = "Job Info";

// Task ids hold slashes: encoded, so that no stranger's name can collide with another job's. And a NUL character, at which
// SQLite ends a text of a JSON list.
const special = { "%": "%25", "/": "%2F", "\0": "%00" } as const;
const part = (text: string): string =>
  text.replace(/[%/\0]/g, (character) => special[character as keyof typeof special]);

const hash = (text: string): string => hashOf("sha256", text, "hex").slice(0, 32);

/** `project/job_guid`, each part with `%` and `/` percent-encoded; the same for the ids below. */
export function jobId(project: string, guid: string): string {
  return `${part(project)}/${part(guid)}`;
}

/** `job_guid/project`, of a `jobId`: for a store that looks up a guid in every project by the same index. */
export function jobKey(id: string): string {
  const slash = id.indexOf("/");
  return `${id.slice(slash + 1)}/${id.slice(0, slash)}`;
}

/**
 * What the keys of a guid's jobs, or of the runs of a task, lie between, both ends not included.
 *
 * @returns two ranges: of the guid itself, and of guids that go on with a slash.
 */
export function jobKeyRanges(guidOrTaskId: string): readonly [string, string, string, string] {
  const id = part(guidOrTaskId);
  // `0` follows `/` in ASCII, and `G` follows `F`.
  return [`${id}/`, `${id}0`, `${id}%2F`, `${id}%2G`];
}

/** The task that a guid is a run of (`task/run`); any other guid is a task of its own. */
export function taskIdOf(guid: string): string {
  return guid.replace(/\/\d{1,9}$/, "");
}

/** `project/short_revision`. */
export function resultSetId(project: string, revision: string): string {
  return `${part(project)}/${part(shortRevision(revision))}`;
}

/** `project/job_guid/name`; for `Job Info` a hash of the blob follows. */
export function artifactId(project: string, guid: string, artifact: Artifact): string {
  const id = artifactIds(project, guid, artifact.name);
  const apart = apartBy(artifact);
  return apart === "" ? id : `${id}/${apart}`;
}

/** What tells a job's artifacts of one name apart: a hash of the blob for `Job Info`; of any other there is one, and this is empty. */
export function apartBy({ name, blob }: Artifact): string {
  return name === JOB_INFO ? hash(blob) : "";
}

/** What the ids of a job's artifacts of that name begin with; but for `Job Info` it is the id itself. */
export function artifactIds(project: string, guid: string, name: string): string {
  return `${jobId(project, guid)}/${part(name)}`;
}

/** `project/job_guid/name/hash(url)`. */
export function logId(project: string, guid: string, name: string, url: string): string {
  return `${jobId(project, guid)}/${part(name)}/${hash(url)}`;
}

/** `project/job_guid/hash(blob)`: suggestions are made for each summary that came without them. */
export function suggestionsId(project: string, guid: string, summaryBlob: string): string {
  return `${jobId(project, guid)}/${hash(summaryBlob)}`;
}

/** `queue/exchange/routing_key`. */
export function bindingId(queue: string, exchange: string, routingKey: string): string {
  return `${part(queue)}/${part(exchange)}/${part(routingKey)}`;
}

/**
 * The id of a rejection: a hash of the payload's hash, of how raw bytes are encoded, and of the route. A message that comes
 * again by the same route is counted on the same rejection.
 */
export function rejectionId(
  { sha256, properties }: Pick<RejectedPayload, "sha256" | "properties">,
  route: StoredRoute,
): string {
  // A list for Pulse, as ever; an object cannot be mixed up with the name of an exchange.
  const place =
    route.origin === "pulse"
      ? [route.exchange, route.routing_key]
      : [{ client_id: route.client_id, endpoint: route.endpoint }];
  return hash(JSON.stringify([sha256, ...place, ...encodingKey(properties)]));
}
