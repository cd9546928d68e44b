import { describe, expect, it } from "@jest/globals";
import { type ArchivedEntry, decodeSegment, encodeSegment } from "../../src/archive/segment.ts";
import type { ArchiveFilter, NewSegment, SegmentHead } from "../../src/store/ports/archive-store.ts";
import { aFilter, anEntry } from "../archive/an-entry.ts";
import { anArrival, restOrigin } from "../examples.ts";
import { emptyStoreForEach, type OpenEmpty } from "./empty-store.ts";

const at = (minute: number): string => `2026-01-05T10:${String(minute).padStart(2, "0")}:00.000Z`;

/** Tests what every store promises about the archive. */
export function archiveContract(name: string, openEmpty: OpenEmpty): void {
  describe(`the archive in the ${name} store`, () => {
    const empty = emptyStoreForEach(openEmpty);

    async function add(...entries: Partial<ArchivedEntry>[]): Promise<NewSegment> {
      const segment = await encodeSegment(entries.map(anEntry));
      await empty.store.addSegment(segment);
      return segment;
    }

    async function found(filter: Partial<ArchiveFilter>): Promise<string[]> {
      return (await empty.store.findSegments(aFilter(filter), null, 100)).map(({ id }) => id);
    }

    it("returns a segment as it was added, and keeps a segment that is added twice only once", async () => {
      const segment = await add({ received_at: at(1) }, { received_at: at(2), body: Buffer.from([0, 255]) });
      await empty.store.addSegment({ ...segment, messages: 99 });
      const { keys, data, ...head } = segment;
      expect(await empty.store.findSegments(aFilter(), null, 10)).toEqual([head satisfies SegmentHead]);
      expect(await empty.store.readSegment(segment.id)).toEqual(data);
      expect((await decodeSegment(data)).map(({ body }) => body)).toEqual([
        Buffer.from("{}"),
        Buffer.from([0, 255]),
      ]);
      expect(await empty.store.readSegment("unknown")).toBeNull();
    });

    it("keeps a segment that is larger than a MongoDB document may be", async () => {
      const data = Buffer.alloc(17 * 1024 ** 2, "some bytes");
      const segment = { ...(await encodeSegment([anEntry()])), data, bytes: data.length };
      await empty.store.addSegment(segment);
      expect((await empty.store.readSegment(segment.id))?.equals(data)).toBe(true);
      expect(await empty.store.expireSegments(at(1), 100)).toBe(1);
      expect(await empty.store.readSegment(segment.id)).toBeNull();
    });

    it("stores a batch and its segment in one call, and repeating that changes nothing", async () => {
      const segment = await encodeSegment([anEntry()]);
      const store = () => empty.store.storeArchived([anArrival()], segment);
      expect([await store(), await store()]).toEqual([[{ kind: "stored" }], [{ kind: "unchanged" }]]);
      expect(await found({})).toEqual([segment.id]);
      expect(await empty.store.findJob("try", "guid/0")).not.toBeNull();
    });

    it("finds segments by each condition, and by several together, oldest first", async () => {
      const rest = { origin: restOrigin, projects: ["other"], tasks: ["posted"] };
      const third = await add({ received_at: at(3), ...rest });
      const first = await add({ received_at: at(1) }, { received_at: at(4), tasks: ["late/1"] });
      const uuid = "7c984194-fc99-4cb2-abb1-702ff28117a5";
      const second = await add({ received_at: at(2), projects: [], tasks: [`${uuid}/0`] });
      const [one, two, three] = [first, second, third].map(({ id }) => id);
      const exchange = "exchange/publisher/jobs";
      const cases: [filter: Partial<ArchiveFilter>, ids: (string | undefined)[]][] = [
        [{}, [one, two, three]],
        [{ since: at(3) }, [one, three]],
        [{ since: at(4) }, [one]],
        [{ until: at(2) }, [one]],
        [{ since: at(2), until: at(3) }, [one, two]],
        [{ exchange }, [one, two]],
        [{ exchange: "exchange/none" }, []],
        [{ client: restOrigin.clientId }, [three]],
        [{ client: exchange }, []],
        [{ project: "try" }, [one]],
        [{ project: "other" }, [three]],
        [{ project: "try", exchange }, [one]],
        [{ project: "try", client: restOrigin.clientId }, []],
        [{ task: "late" }, [one]],
        [{ task: "late/1" }, [one]],
        [{ task: "posted", since: at(3) }, [three]],
        [{ task: "none" }, []],
        [{ task: uuid.toUpperCase() }, [two]],
        [{ task: "fJhBlPyZTLKrsXAv8oEXpQ/0" }, [two]],
      ];
      const answers = await Promise.all(cases.map(async ([filter]) => [filter, await found(filter)]));
      expect(answers).toEqual(cases);
    });

    it("lists segments page by page", async () => {
      const ids: string[] = [];
      for (let minute = 0; minute < 5; minute++) ids.push((await add({ received_at: at(minute) })).id);
      const pageAfter = async (after: string | null): Promise<string[]> =>
        (await empty.store.findSegments(aFilter(), after, 2)).map(({ id }) => id);
      expect(await pageAfter(null)).toEqual(ids.slice(0, 2));
      expect(await pageAfter(ids[1] ?? "")).toEqual(ids.slice(2, 4));
      expect(await pageAfter(ids[3] ?? "")).toEqual(ids.slice(4));
    });

    it("finds a segment with too many keys for every query", async () => {
      const tasks = Array.from({ length: 6000 }, (_, n) => `t-${n}/0`);
      const { id, keys } = await add({ tasks });
      expect(keys).toBeNull();
      expect(await found({ task: "no such task", project: "none" })).toEqual([id]);
    });

    it("expires segments whose last message is old, the oldest first and no more than requested", async () => {
      const overlapping = await add({ received_at: at(0) }, { received_at: at(9) });
      for (const minute of [1, 2, 3]) await add({ received_at: at(minute) });
      const kept = await add({ received_at: at(4) });
      expect(await empty.store.countSegments(at(4))).toBe(3);
      expect(await empty.store.expireSegments(at(4), 2)).toBe(2);
      expect(await found({ until: at(4) })).toHaveLength(2);
      expect(await empty.store.expireSegments(at(4), 2)).toBe(1);
      expect(await empty.store.expireSegments(at(4), 2)).toBe(0);
      expect(await found({})).toEqual([overlapping.id, kept.id]);
      expect(await empty.store.readSegment(kept.id)).toEqual(kept.data);
    });

    it("reports totals of what it contains", async () => {
      const nothing = { segments: 0, messages: 0, bytes: 0, raw_bytes: 0, oldest: null, newest: null };
      expect(await empty.store.archiveTotals()).toEqual(nothing);
      const added = [
        await add({ received_at: at(2) }),
        await add({ received_at: at(1) }, { received_at: at(7), body: Buffer.alloc(100) }),
      ];
      const bytes = added.reduce((sum, segment) => sum + segment.bytes, 0);
      const sums = { segments: 2, messages: 3, bytes, raw_bytes: 104 };
      expect(await empty.store.archiveTotals()).toEqual({ ...sums, oldest: at(1), newest: at(7) });
    });
  });
}
