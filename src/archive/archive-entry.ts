import { type Counters, countSegment } from "../metrics/counters.ts";
import type { ArchiveStore } from "../store/ports/archive-store.ts";
import { type ArchivedEntry, encodeSegment } from "./segment.ts";

/** Returns a function that archives one message in a segment of its own. The function throws `Unavailable` if the store does. */
export function createEntryArchive(
  store: Pick<ArchiveStore, "addSegment">,
  counters: Counters,
): (entry: ArchivedEntry) => Promise<void> {
  return async (entry) => {
    const segment = await encodeSegment([entry]);
    await store.addSegment(segment);
    countSegment(counters, segment);
  };
}
