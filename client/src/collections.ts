import { Artifact } from "./artifact-data.ts";
import { chunkBySize } from "./chunk-by-size.ts";
import { TreeherderClientError } from "./client-errors.ts";
import type { DataObject } from "./data-object.ts";
import { Job } from "./job-data.ts";
import type { CollectionEndpoint, PostedArtifact, PostedJob, PostedResultSet } from "./posted-data.ts";
import { ResultSet } from "./result-set-data.ts";
import type { DataFault } from "./structure-rules.ts";

/** A list of items that is posted in one request. */
export abstract class Collection<Item extends DataObject<object>> {
  /** The last part of the path to which the collection is posted. */
  abstract readonly endpoint: CollectionEndpoint;
  /** The items. */
  readonly data: Item[];

  constructor(items: readonly Item[] = []) {
    this.data = [...items];
  }

  /** Makes a collection of the same kind. */
  protected abstract of(items: readonly Item[]): Collection<Item>;

  add(item: Item): this {
    this.data.push(item);
    return this;
  }

  /** Returns the data of the items. */
  getCollectionData(): object[] {
    return this.data.map(({ data }) => data);
  }
  get_collection_data(): object[] {
    return this.getCollectionData();
  }

  toJson(): string {
    return `[${this.data.map((item) => item.toJson()).join(",")}]`;
  }
  to_json(): string {
    return this.toJson();
  }

  /** Checks each item in turn. @throws ValidationError about the first property of the first item that fails. */
  validate(): void {
    for (const item of this.data) item.validate();
  }

  /** Returns the faults of all items. Their pointers begin with the item's index. */
  faults(): DataFault[] {
    return this.data.flatMap((item, index) =>
      item.faults().map(({ pointer, message }) => ({ pointer: `/${index}${pointer}`, message })),
    );
  }

  /**
   * Yields collections with at most this many items, in order. Post them one after another.
   *
   * @throws TreeherderClientError if the number is not a positive whole number.
   */
  *chunks(maxItems: number): Generator<Collection<Item>, void, undefined> {
    if (!Number.isInteger(maxItems) || maxItems < 1) {
      throw new TreeherderClientError(`a chunk must have at least one item; it is ${maxItems}`);
    }
    for (let from = 0; from < this.data.length; from += maxItems) {
      yield this.of(this.data.slice(from, from + maxItems));
    }
  }
  get_chunks(maxItems: number): Generator<Collection<Item>, void, undefined> {
    return this.chunks(maxItems);
  }

  /**
   * Yields collections whose JSON has at most this many bytes. A single item that exceeds the limit is yielded in a collection of
   * its own.
   *
   * @throws TreeherderClientError if the number is not above 0.
   */
  *chunksByBytes(maxBytes: number): Generator<Collection<Item>, void, undefined> {
    if (!(maxBytes > 0))
      throw new TreeherderClientError(`a chunk must have at least one byte; it is ${maxBytes}`);
    const bytesOf = (item: Item): number => Buffer.byteLength(item.toJson());
    const limits = { maxItems: Number.POSITIVE_INFINITY, maxBytes };
    for (const items of chunkBySize(this.data, bytesOf, limits)) yield this.of(items);
  }
}

export class JobCollection extends Collection<Job> {
  readonly endpoint = "jobs";

  protected override of(items: readonly Job[]): JobCollection {
    return new JobCollection(items);
  }

  /** Returns a new job, which is not yet part of the collection. */
  getJob(data?: PostedJob): Job {
    return new Job(data);
  }
  get_job(data?: PostedJob): Job {
    return this.getJob(data);
  }
}

export class ResultSetCollection extends Collection<ResultSet> {
  readonly endpoint = "resultset";

  protected override of(items: readonly ResultSet[]): ResultSetCollection {
    return new ResultSetCollection(items);
  }

  /** Returns a new result set, which is not yet part of the collection. */
  getResultSet(data?: PostedResultSet): ResultSet {
    return new ResultSet(data);
  }
  get_resultset(data?: PostedResultSet): ResultSet {
    return this.getResultSet(data);
  }
}

export class ArtifactCollection extends Collection<Artifact> {
  readonly endpoint = "artifact";

  protected override of(items: readonly Artifact[]): ArtifactCollection {
    return new ArtifactCollection(items);
  }

  /** Returns a new artifact, which is not yet part of the collection. */
  getArtifact(data?: PostedArtifact): Artifact {
    return new Artifact(data);
  }
  get_artifact(data?: PostedArtifact): Artifact {
    return this.getArtifact(data);
  }
}
