import { createHash } from "node:crypto";
import { restoreSegment } from "../archive/segment.ts";
import type { ArchiveFilter, ArchiveStore, NewSegment } from "../store/ports/archive-store.ts";
import type { CopiedCount } from "./copy-documents.ts";
import type { ComparedCount, Difference } from "./verify-copy.ts";

const HEADS_AT_ONCE = 200;

/** Copies the segments of the archive that the target does not have. Damaged segments are not copied. */
export async function copySegments(
  from: ArchiveStore,
  to: ArchiveStore,
  onProgress: (count: CopiedCount) => void,
): Promise<CopiedCount> {
  let [documents, written, kept] = [0, 0, 0];
  const count = (): CopiedCount => ({ documents, written, kept, renumbered: 0 });
  for await (const { id, data } of segmentsOf(from)) {
    documents += 1;
    const isThere = (await to.readSegment(id)) !== null;
    const segment = isThere ? null : await readable(id, data);
    if (segment !== null) await to.addSegment(segment);
    written += segment === null ? 0 : 1;
    kept += isThere ? 1 : 0;
    onProgress(count());
  }
  return count();
}

export interface SegmentComparison {
  readonly count: ComparedCount;
  readonly differences: readonly Difference[];
}

/**
 * Compares the segments byte by byte.
 *
 * @param listed - the most differences that are returned.
 * @param onProgress - called after each segment with the number of segments so far.
 */
export async function compareSegments(
  from: ArchiveStore,
  to: ArchiveStore,
  listed: number,
  onProgress: (segments: number) => void,
): Promise<SegmentComparison> {
  const hashes = { from: createHash("sha256"), to: createHash("sha256") };
  const differences: Difference[] = [];
  let [same, different] = [0, 0];
  for await (const { id, data } of segmentsOf(from)) {
    const copy = await to.readSegment(id);
    hashes.from.update(id).update(data);
    if (copy !== null) hashes.to.update(id).update(copy);
    const is = copy === null ? await whyMissing(id, data) : copy.equals(data) ? "same" : "different";
    if (is === "same") same += 1;
    else {
      different += 1;
      if (differences.length < listed) differences.push({ kind: "segment", name: id, is });
    }
    onProgress(same + different);
  }
  const sums = { from_sha256: hashes.from.digest("hex"), to_sha256: hashes.to.digest("hex") };
  return { count: { documents: same + different, same, later: 0, different, ...sums }, differences };
}

async function whyMissing(id: string, data: Buffer): Promise<"missing" | "damaged"> {
  return (await readable(id, data)) === null ? "damaged" : "missing";
}

/** Returns the segment with these bytes, or null if they are damaged. */
async function readable(id: string, data: Buffer): Promise<NewSegment | null> {
  return restoreSegment(id, data).catch(() => null);
}

const all: ArchiveFilter = {
  ...{ since: null, until: null, exchange: null, client: null, project: null, task: null },
};

/** Yields the segments, oldest first. Segments that expire while it runs are left out. */
async function* segmentsOf(
  store: ArchiveStore,
): AsyncGenerator<{ readonly id: string; readonly data: Buffer }> {
  let after: string | null = null;
  for (;;) {
    const heads: readonly { readonly id: string }[] = await store.findSegments(all, after, HEADS_AT_ONCE);
    for (const { id } of heads) {
      const data = await store.readSegment(id);
      if (data !== null) yield { id, data };
    }
    after = heads.at(-1)?.id ?? null;
    if (after === null) return;
  }
}
