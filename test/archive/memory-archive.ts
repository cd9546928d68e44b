import type { ArchiveReads } from "../../src/archive/read-archive.ts";
import { type ArchivedEntry, encodeSegment } from "../../src/archive/segment.ts";
import type { NewSegment, SegmentHead } from "../../src/store/ports/archive-store.ts";

/** An in-memory archive with real segments. It counts how many segments were read. */
export class MemoryArchive implements ArchiveReads {
  readonly segments: NewSegment[] = [];
  read = 0;

  async add(...entries: readonly ArchivedEntry[]): Promise<NewSegment> {
    const segment = await encodeSegment(entries);
    this.segments.push(segment);
    this.segments.sort((a, b) => (a.id < b.id ? -1 : 1));
    return segment;
  }

  async findSegments(_filter: unknown, after: string | null, limit: number): Promise<SegmentHead[]> {
    return this.segments.filter(({ id }) => after === null || id > after).slice(0, limit);
  }

  async readSegment(id: string): Promise<Buffer | null> {
    this.read++;
    return this.segments.find((segment) => segment.id === id)?.data ?? null;
  }
}
