import { expect, it } from "@jest/globals";
import { type ArchivePage, readArchive } from "../../src/archive/read-archive.ts";
import type { ArchiveFilter } from "../../src/store/ports/archive-store.ts";
import { aFilter, anEntry } from "./an-entry.ts";
import { MemoryArchive } from "./memory-archive.ts";

const second = (at: number): string => `2026-01-05T10:00:${String(at).padStart(2, "0")}.000Z`;
/** Returns an entry whose body contains its arrival time. */
const at = (seconds: number, text = String(seconds)) =>
  anEntry({ body: Buffer.from(text), received_at: second(seconds) });

async function pagesOf(archive: MemoryArchive, filter: Partial<ArchiveFilter> = {}): Promise<ArchivePage[]> {
  const pages: ArchivePage[] = [];
  for await (const page of readArchive(archive, aFilter(filter))) pages.push(page);
  return pages;
}

const textsOf = (pages: readonly ArchivePage[]): string[] =>
  pages.flatMap(({ entries }) => entries.map(({ body }) => body.toString()));

it("messages of overlapping segments come in the order of their arrival", async () => {
  const archive = new MemoryArchive();
  await archive.add(at(1), at(4), at(9));
  await archive.add(at(2), at(3), at(5));
  await archive.add(at(6), at(7));
  await archive.add(at(20));
  const pages = await pagesOf(archive);
  expect(textsOf(pages)).toEqual(["1", "2", "3", "4", "5", "6", "7", "9", "20"]);
});

it("a batch that was not written in arrival order is sorted; messages of the same millisecond keep their order", async () => {
  const archive = new MemoryArchive();
  await archive.add(at(5), at(3, "first"), at(3, "then"), at(4));
  expect(textsOf(await pagesOf(archive))).toEqual(["first", "then", "4", "5"]);
});

it("each page says from what time to read on, and reading on from there skips nothing", async () => {
  const archive = new MemoryArchive();
  await archive.add(at(1), at(4), at(9));
  await archive.add(at(2), at(3), at(5));
  await archive.add(at(6), at(7));
  const pages = await pagesOf(archive);
  for (const [index, { since }] of pages.entries()) {
    const rest = textsOf(pages.slice(index));
    const again = textsOf(await pagesOf(archive, { since }));
    expect(again.slice(-rest.length)).toEqual(rest);
  }
  expect(pages.length).toBeGreaterThan(1);
});

it("a page never begins before the requested time", async () => {
  const archive = new MemoryArchive();
  await archive.add(at(1), at(8));
  await archive.add(at(2), at(9));
  const pages = await pagesOf(archive, { since: second(8) });
  expect(textsOf(pages)).toEqual(["8", "9"]);
  expect(pages.map(({ since }) => since)).toEqual([second(8), second(8)]);
});

it("only matching messages are passed on", async () => {
  const archive = new MemoryArchive();
  const other = { kind: "pulse", exchange: "other", routingKey: "k", redelivered: true } as const;
  await archive.add(at(1), { ...at(2), origin: other }, at(3), at(4));
  expect(textsOf(await pagesOf(archive, { exchange: "other" }))).toEqual(["2"]);
  expect(textsOf(await pagesOf(archive, { since: second(3), until: second(4) }))).toEqual(["3"]);
});

it("a segment that expires during the read, or is damaged, is reported, and the others are read", async () => {
  const archive = new MemoryArchive();
  await archive.add(at(1));
  const damaged = await archive.add(at(2));
  const gone = await archive.add(at(3));
  await archive.add(at(4));
  archive.segments.splice(1, 1, { ...damaged, data: Buffer.from("what is this?") });
  const { readSegment } = archive;
  archive.readSegment = async (id) => (id === gone.id ? null : readSegment.call(archive, id));
  const pages = await pagesOf(archive);
  expect(textsOf(pages)).toEqual(["1", "4"]);
  expect(pages.flatMap(({ lost }) => (lost === null ? [] : [[lost.head.id, lost.why]]))).toEqual([
    [damaged.id, expect.stringMatching(/^it is damaged: /)],
    [gone.id, "it has expired"],
  ]);
});

it("all segments are read, however few the store lists per call; an empty archive yields no page", async () => {
  const archive = new MemoryArchive();
  expect(await pagesOf(archive)).toEqual([]);
  for (let n = 0; n < 7; n++) await archive.add(at(n));
  const { findSegments } = archive;
  archive.findSegments = (filter, after) => findSegments.call(archive, filter, after, 2);
  expect(textsOf(await pagesOf(archive))).toEqual(["0", "1", "2", "3", "4", "5", "6"]);
});

it("only a few segments are read ahead of the caller", async () => {
  const archive = new MemoryArchive();
  for (let n = 0; n < 30; n++) await archive.add(at(n));
  let handled = 0;
  for await (const { entries } of readArchive(archive, aFilter())) {
    handled += entries.length;
    expect(archive.read - handled).toBeLessThanOrEqual(3);
  }
  expect(handled).toBe(30);
});

it("messages that wait for a later segment are passed on early when they take much memory", async () => {
  const archive = new MemoryArchive();
  const large = (seconds: number) =>
    anEntry({ body: Buffer.alloc(17 * 1024 ** 2), received_at: second(seconds) });
  await archive.add(at(1), large(40), large(50));
  await archive.add(at(2));
  await archive.add(at(3));
  const [first, ...later] = await pagesOf(archive);
  expect(first?.entries.map(({ received_at }) => received_at)).toEqual([1, 40, 50].map(second));
  // A reader that stops here must resume at the first message that has not been passed on.
  expect(first?.since).toBe(second(1));
  expect(textsOf(later)).toEqual(["2", "3"]);
});
