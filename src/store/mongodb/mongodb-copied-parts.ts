import type { AnyBulkWriteOperation } from "mongodb";
import { apartBy, artifactIdBelow, jobId, logIdBelow } from "../../domain/ids.ts";
import type { Copied, CopyEnds } from "../ports/copy-store.ts";
import { judgeCopy } from "../rules/judge-copy.ts";
import {
  type ArtifactDocument,
  type Collections,
  type LogDocument,
  packBlob,
  type SuggestionsDocument,
  unpackBlob,
} from "./mongodb-collections.ts";
import {
  type CopyWrite,
  documentsById,
  endsOf,
  findInOrder,
  insertMissing,
  type PartCopier,
  readInOrder,
  readPage,
  writeAll,
  writeInRounds,
} from "./mongodb-copier.ts";
import { inOneReply } from "./mongodb-rounds.ts";
import { createTombstones } from "./mongodb-tombstones.ts";
import { released } from "./mongodb-work.ts";

/** Copies the documents that belong to jobs: artifacts, logs, and suggestions to make. */
export function createPartCopiers(all: Collections) {
  return {
    artifact: createArtifactCopier(all),
    log: createLogCopier(all),
    suggestions: createWorkCopier(all),
  };
}

function createArtifactCopier(all: Collections): PartCopier<"artifact"> {
  const { artifacts } = all;
  return {
    async pageOf(jobs, after) {
      const wanted = new Set(jobs);
      const options = { projection: { order: 1, job: 1 }, ...inOneReply } as const;
      const heads = await artifacts.find({ _id: partsOf(jobs) }, options).toArray();
      const own = heads.filter(({ job }) => wanted.has(job));
      return readInOrder(artifacts, own, after, toArtifactCopy);
    },
    find: (refs) =>
      findInOrder(
        artifacts,
        refs.map(({ job, name, apart_by }) => artifactIdBelow(job, name, apart_by)),
        toArtifactCopy,
      ),
    async write(documents) {
      return writeOfStored(
        all,
        documents,
        ({ job }) => job,
        (stored) => insertMissing(artifacts, inArrivalOrder(stored).map(toArtifactDocument)),
      );
    },
  };
}

interface LogWrite extends CopyWrite<Copied<"log">> {
  /** The stored log, which is in an earlier state; null if no log is stored. */
  readonly before: LogDocument | null;
}

function createLogCopier(all: Collections): PartCopier<"log"> {
  const { logs } = all;

  async function plan(documents: readonly Copied<"log">[]): Promise<LogWrite[]> {
    const stored = await documentsById(logs, documents.map(logIdOf));
    return documents.flatMap((document): LogWrite[] => {
      const before = stored.get(logIdOf(document)) ?? null;
      const judgement = judgeCopy(document, before === null ? null : toLogCopy(before));
      return judgement === "missing" || judgement === "earlier" ? [{ document, before }] : [];
    });
  }

  return {
    async pageOf(jobs, after) {
      const wanted = new Set(jobs);
      const options = { projection: { order: 1, job: 1 }, ...inOneReply } as const;
      const heads = await logs.find({ _id: partsOf(jobs) }, options).toArray();
      const own = heads.filter(({ job }) => wanted.has(job));
      return readInOrder(logs, own, after, toLogCopy);
    },
    find: (refs) => findInOrder(logs, refs.map(logIdOf), toLogCopy),
    async write(documents): Promise<CopyEnds> {
      const write = (writes: readonly LogWrite[]) => writeAll(logs, writes.map(toLogOperation));
      return writeOfStored(
        all,
        documents,
        ({ job }) => job,
        async (stored) => endsOf(stored, await writeInRounds(inArrivalOrder(stored), plan, write)),
      );
    },
  };
}

function createWorkCopier(all: Collections): PartCopier<"suggestions"> {
  const { suggestions } = all;
  const jobOf = ({ project, job_guid }: Pick<SuggestionsDocument, "project" | "job_guid">): string =>
    jobId(project, job_guid);
  return {
    pageOf(jobs, after) {
      const wanted = new Set(jobs);
      const ids = { ...partsOf(jobs), ...(after === null ? {} : { $gt: after }) };
      const found = suggestions.find({ _id: ids });
      return readPage(found, (document) => (wanted.has(jobOf(document)) ? toWorkCopy(document) : null));
    },
    find: (refs) =>
      findInOrder(
        suggestions,
        refs.map(({ id }) => id),
        toWorkCopy,
      ),
    async write(documents) {
      return writeOfStored(all, documents, jobOf, (stored) =>
        insertMissing(suggestions, stored.map(toWorkDocument)),
      );
    },
  };
}

/**
 * Returns a condition for the ids of the parts of some jobs. It is a single range, which may also contain parts of other jobs. Bounds
 * are compared as bytes, as on the server.
 */
function partsOf(jobs: readonly string[]) {
  const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const [first] = jobs.map((id) => `${id}/`).toSorted(byBytes);
  // `0` comes after `/` in ASCII.
  const last = jobs
    .map((id) => `${id}0`)
    .toSorted(byBytes)
    .at(-1);
  return { $gt: first ?? "", $lt: last ?? "" };
}

/** Writes the parts whose jobs are stored. Then removes the parts of jobs that were removed in the meantime. */
async function writeOfStored<D>(
  all: Collections,
  documents: readonly D[],
  jobOf: (document: D) => string,
  write: (stored: readonly D[]) => Promise<CopyEnds>,
): Promise<CopyEnds> {
  const { goneOf, clearGone } = createTombstones(all);
  const jobs = [...new Set(documents.map(jobOf))];
  const unknown = new Set(await goneOf(jobs));
  const { written } = await write(documents.filter((document) => !unknown.has(jobOf(document))));
  const gone = (await goneOf(jobs)).filter((job) => !unknown.has(job));
  if (gone.length > 0) await clearGone(gone);
  return { written, kept: documents.length - written, renumbered: 0 };
}

/**
 * Assigns new values of `order` to parts. They increase with time, so a part that is stored again after its removal never has the
 * same value as before.
 */
function inArrivalOrder<D extends { readonly order: number }>(documents: readonly D[]): D[] {
  const order = Date.now() * 1000;
  return documents.map((document, index) => ({ ...document, order: order + index }));
}

function toArtifactCopy({
  job,
  name,
  type,
  blob: packed,
  made_by,
  order,
}: ArtifactDocument): Copied<"artifact"> {
  const blob = unpackBlob(packed);
  const apart_by = apartBy({ name, type, blob });
  return { kind: "artifact", job, name, apart_by, type, blob, made_by: made_by ?? null, order };
}

function toArtifactDocument(artifact: Copied<"artifact">): ArtifactDocument {
  const { job, name, apart_by, type, blob, made_by, order } = artifact;
  const _id = artifactIdBelow(job, name, apart_by);
  return { _id, job, name, type, blob: packBlob(blob), ...(made_by === null ? {} : { made_by }), order };
}

function logIdOf({ job, name, url }: Pick<Copied<"log">, "job" | "name" | "url">): string {
  return logIdBelow(job, name, url);
}

function toLogCopy(document: LogDocument): Copied<"log"> {
  const { _id, lease: _lease, lease_until: _until, exchange, ...log } = document;
  return { kind: "log", ...log, exchange: exchange ?? "" };
}

function toLogOperation({ document, before }: LogWrite): AnyBulkWriteOperation<LogDocument> {
  const { kind: _kind, ...log } = document;
  if (before === null) return { insertOne: { document: { _id: logIdOf(document), ...log, ...released } } };
  const { _id, lease, parse_status, last_modified } = before;
  const { attempts, failure, next_attempt_at } = log;
  const state = { parse_status: log.parse_status, last_modified: log.last_modified };
  const $set = { ...state, attempts, failure, next_attempt_at, ...released };
  return { updateOne: { filter: { _id, lease, parse_status, last_modified }, update: { $set } } };
}

function toWorkCopy(document: SuggestionsDocument): Copied<"suggestions"> {
  const { _id: id, lease: _lease, lease_until: _until, exchange, blob, ...work } = document;
  return { kind: "suggestions", id, ...work, exchange: exchange ?? "", blob: unpackBlob(blob) };
}

function toWorkDocument({ kind: _kind, id: _id, blob, ...work }: Copied<"suggestions">): SuggestionsDocument {
  return { _id, ...work, blob: packBlob(blob), ...released };
}
