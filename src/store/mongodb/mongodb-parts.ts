import type { PlannedParts } from "../rules/planned-parts.ts";
import { below, type Collections, inOneOrder, packBlob } from "./mongodb-collections.ts";
import { duplicatesOf, ignoreDuplicates } from "./mongodb-faults.ts";
import { unordered } from "./mongodb-rounds.ts";

const unleased = { attempts: 0, lease: null, lease_until: null } as const;

type PartCollections = Pick<Collections, "artifacts" | "logs" | "suggestions" | "coalesced">;

/**
 * Writes the documents planned along with jobs, in at most two round trips.
 *
 * @returns the ids of the artifacts that already existed.
 */
export async function writeParts(all: PartCollections, parts: PlannedParts): Promise<ReadonlySet<string>> {
  const order = Date.now() * 1000;
  const artifacts = inOneOrder(
    [...parts.artifacts].map(([_id, { job, artifact }], index) => {
      const { name, type, blob } = artifact;
      return {
        _id,
        job,
        name,
        type,
        blob: packBlob(blob),
        made_by: "message",
        order: order + index,
      } as const;
    }),
  );
  const logs = [...parts.logs].map(([_id, log], n) => ({ _id, ...log, ...unleased, order: order + n }));
  const suggestions = [...parts.suggestions].map(([_id, work]) => ({
    ...{ _id, ...work, ...unleased, failure: null },
    blob: packBlob(work.blob),
  }));
  const links = inOneOrder([...parts.coalesced].map(([_id, into_guid]) => ({ _id, into_guid })));
  const coalesced = links.map(({ _id, into_guid }) => ({
    updateOne: { filter: { _id }, update: { $max: { into_guid } }, upsert: true },
  }));
  const parsed = { parse_status: "parsed", failure: null, next_attempt_at: null } as const;
  const summarised = parts.summarised.map(({ job, logName }) => ({
    updateMany: {
      filter: { _id: below(job), name: logName, parse_status: { $ne: "parsed" as const } },
      update: { $set: parsed },
    },
  }));
  if (summarised.length > 0) await all.logs.bulkWrite(summarised, unordered);
  const [existed] = await Promise.all([
    artifacts.length > 0 ? duplicatesOf(all.artifacts.insertMany(artifacts, unordered)) : new Set<number>(),
    logs.length > 0 && ignoreDuplicates(all.logs.insertMany(inOneOrder(logs), unordered)),
    suggestions.length > 0 &&
      ignoreDuplicates(all.suggestions.insertMany(inOneOrder(suggestions), unordered)),
    coalesced.length > 0 && all.coalesced.bulkWrite(coalesced, unordered),
  ]);
  return new Set(artifacts.filter((_, index) => existed.has(index)).map(({ _id }) => _id));
}
