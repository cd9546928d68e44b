import { setTimeout as wait } from "node:timers/promises";
import { TreeherderClientError, WaitTimeoutError } from "./client-errors.ts";
import { Collection } from "./collections.ts";
import type { DataObject } from "./data-object.ts";
import { type PostAnswer, readPostAnswer } from "./post-answer.ts";
import type { CollectionEndpoint } from "./posted-data.ts";
import { projectPath, ReadClient } from "./read-client.ts";
import type { RequestOptions } from "./request-sender.ts";
import type { ArtifactRow, JobRow } from "./rows.ts";
import { timeLimit } from "./time-limit.ts";

export interface WaitOptions extends RequestOptions {
  /**
   * How long to wait at most, in milliseconds. Default: one minute. With less than a second, a second is used, so that the server
   * is asked at least once.
   */
  readonly timeoutMs?: number;
}

const DEFAULT_WAIT_MS = 60_000;
const MIN_WAIT_MS = 1000;
const FIRST_POLL_MS = 250;
const MAX_POLL_MS = 2000;

/** Posts collections to a server, and reads what it has stored. */
export class TreeherderClient extends ReadClient {
  /**
   * Checks a collection and posts it in one request. Split a long collection into chunks, and post them one after another.
   *
   * @returns the server's verdict on each item; some may have been rejected: see {@link PostAnswer.throwIfRejected}.
   * @throws ValidationError if the collection is invalid; nothing has been sent then.
   * @throws RequestError for a refused or unanswered request; its subclasses tell the causes apart.
   */
  async postCollection(
    project: string,
    collection: Collection<DataObject<object>>,
    options: RequestOptions = {},
  ): Promise<PostAnswer> {
    if (!(collection instanceof Collection)) {
      throw new TreeherderClientError(`${nameOf(collection)} should be an instance of TreeherderCollection`);
    }
    if (!collection.endpoint) {
      throw new TreeherderClientError("TreeherderClient: collection endpoint_base property not defined");
    }
    if (collection.data.length === 0) {
      throw new TreeherderClientError("TreeherderClient: collection data property not defined");
    }
    collection.validate();
    return this.#post(project, collection.endpoint, collection.toJson(), options);
  }
  post_collection(
    project: string,
    collection: Collection<DataObject<object>>,
    options: RequestOptions = {},
  ): Promise<PostAnswer> {
    return this.postCollection(project, collection, options);
  }

  /**
   * Posts items that are already JSON text. They are sent unchanged, so numbers keep every digit. They are not checked first.
   *
   * @param items - the JSON of each item.
   */
  async postJson(
    project: string,
    endpoint: CollectionEndpoint,
    items: readonly string[],
    options: RequestOptions = {},
  ): Promise<PostAnswer> {
    return this.#post(project, endpoint, `[${items.join(",")}]`, options);
  }

  /**
   * Waits until a job has an artifact of this name, e.g. an artifact that the server generates from a log.
   *
   * @throws WaitTimeoutError after `timeoutMs`; TreeherderClientError if the guid or the name is missing.
   */
  async waitFor(
    project: string,
    guid: string,
    artifactName: string,
    { timeoutMs = DEFAULT_WAIT_MS, signal }: WaitOptions = {},
  ): Promise<ArtifactRow> {
    // A filter that is undefined is left out of the query, which would then find any job or artifact.
    if (!guid || !artifactName)
      throw new TreeherderClientError("waitFor needs a job's guid and an artifact's name");
    const deadline = timeLimit(Math.max(timeoutMs, MIN_WAIT_MS));
    const options = { signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]) };
    let job: JobRow | undefined;
    try {
      for (let pauseMs = FIRST_POLL_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_POLL_MS)) {
        job ??= (await this.getJobs(project, { job_guid: guid, count: 1 }, options))[0];
        if (job !== undefined) {
          const filters = { job_id: job.id, name: artifactName };
          const [artifact] = await this.getArtifacts(project, filters, options);
          if (artifact !== undefined) return artifact;
        }
        await wait(pauseMs, undefined, options);
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!deadline.aborted) throw error;
      const lacking =
        job === undefined ? `there is no job ${guid}` : `job ${guid} has no artifact ${artifactName}`;
      throw new WaitTimeoutError(`${lacking} in ${project} after ${timeoutMs / 1000} s`);
    }
  }

  async #post(
    project: string,
    endpoint: CollectionEndpoint,
    body: string,
    options: RequestOptions,
  ): Promise<PostAnswer> {
    return readPostAnswer(await this.send(`${projectPath(project)}${endpoint}/`, body, options));
  }
}

function nameOf(value: unknown): string {
  return typeof value === "object" && value !== null ? value.constructor.name : typeof value;
}
