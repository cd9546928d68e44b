import { Binary, type Filter } from "mongodb";
import type { ArchiveFilter, ArchiveTotals, NewSegment, SegmentHead } from "../ports/archive-store.ts";
import { wantedKeys } from "../rules/segment-keys.ts";
import { below, type Collections, type SegmentDocument } from "./mongodb-collections.ts";
import { ignoreDuplicates } from "./mongodb-faults.ts";
import { inOneReply } from "./mongodb-rounds.ts";

/** The maximum size of a part. A document is limited to 16 MiB. */
const PART_BYTES = 8 * 1024 ** 2;

/**
 * Stores the archive. The compressed bytes are in a separate collection, so that a search reads only the heads. The bytes are written
 * first and deleted last. A worker that dies in between leaves bytes without a head, which expire like all others.
 */
export function createArchive({ archive, archiveData }: Pick<Collections, "archive" | "archiveData">) {
  async function addSegment({ id, data, ...head }: NewSegment): Promise<void> {
    for (let at = 0; at < data.length; at += PART_BYTES) {
      const part = {
        _id: `${id}/${at / PART_BYTES}`,
        to: head.to,
        data: new Binary(data.subarray(at, at + PART_BYTES)),
      };
      await ignoreDuplicates(archiveData.insertMany([part]));
    }
    await ignoreDuplicates(archive.insertMany([{ _id: id, ...head }]));
  }

  async function findSegments(
    filter: ArchiveFilter,
    after: string | null,
    limit: number,
  ): Promise<SegmentHead[]> {
    const { since, until } = filter;
    const conditions: Filter<SegmentDocument>[] = [
      { _id: { $gt: after ?? "", ...(until !== null && { $lt: until }) } },
      ...(since === null ? [] : [{ to: { $gte: since } }]),
      ...wantedKeys(filter).map((key) => ({ $or: [{ keys: key }, { keys: null }] })),
    ];
    const found = archive
      .find({ $and: conditions }, { projection: { keys: 0 }, ...inOneReply })
      .sort({ _id: 1 })
      .limit(limit);
    return (await found.toArray()).map(toHead);
  }

  async function readSegment(id: string): Promise<Buffer | null> {
    const parts = await archiveData.find({ _id: below(id) }).toArray();
    if (parts.length === 0) return null;
    const partOf = (_id: string): number => Number(_id.slice(id.length + 1));
    parts.sort((a, b) => partOf(a._id) - partOf(b._id));
    return Buffer.concat(parts.map(({ data }) => data.buffer));
  }

  async function expireSegments(before: string, limit: number): Promise<number> {
    const found = archiveData.find(endedBefore(before), { projection: { _id: 1 }, ...inOneReply });
    const parts = (await found.sort({ _id: 1 }).limit(limit).toArray()).map(({ _id }) => _id);
    if (parts.length === 0) return 0;
    const ids = [...new Set(parts.map((part) => part.slice(0, part.indexOf("/"))))];
    const { deletedCount } = await archive.deleteMany({ _id: { $in: ids } });
    await archiveData.deleteMany({ _id: { $in: parts } });
    return deletedCount;
  }

  async function countSegments(before: string): Promise<number> {
    return archive.countDocuments(endedBefore(before));
  }

  async function archiveTotals(): Promise<ArchiveTotals> {
    const [totals] = await archive
      .aggregate<ArchiveTotals & { readonly _id: null }>([
        {
          $group: {
            _id: null,
            segments: { $sum: 1 },
            messages: { $sum: "$messages" },
            bytes: { $sum: "$bytes" },
            raw_bytes: { $sum: "$raw_bytes" },
            oldest: { $min: "$from" },
            newest: { $max: "$to" },
          },
        },
      ])
      .toArray();
    if (totals === undefined)
      return { segments: 0, messages: 0, bytes: 0, raw_bytes: 0, oldest: null, newest: null };
    const { _id, ...rest } = totals;
    return rest;
  }

  return {
    forWorkers: { addSegment, expireSegments },
    forPeople: { findSegments, readSegment, countSegments, archiveTotals },
  };
}

/**
 * Matches segments, and their parts, whose last message arrived before this time. The condition on the id is implied, because ids
 * begin with the time of the first message, and lets the server use an index.
 */
function endedBefore(before: string) {
  return { _id: { $lt: before }, to: { $lt: before } };
}

function toHead({ _id: id, keys, ...head }: SegmentDocument): SegmentHead {
  return { id, ...head };
}
