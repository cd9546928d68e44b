import { type ArchivedEntry, decodeSegment } from "../../src/archive/segment.ts";
import type { ArchiveStore } from "../../src/store/ports/archive-store.ts";
import { aFilter } from "./an-entry.ts";

/** Returns the compressed bytes of all segments, oldest first. */
export async function readSegments(store: ArchiveStore): Promise<Buffer[]> {
  const heads = await store.findSegments(aFilter(), null, 100_000);
  return Promise.all(heads.map(async ({ id }) => (await store.readSegment(id)) ?? Buffer.alloc(0)));
}

/** Returns all archived messages, segment by segment. */
export async function readArchived(store: ArchiveStore): Promise<ArchivedEntry[]> {
  return (await Promise.all((await readSegments(store)).map(decodeSegment))).flat();
}
