import { describe, expect, it } from "@jest/globals";
import type { RejectionFilter, RejectionQuery } from "../../src/store/ports/rejection-reads.ts";
import { aRejection } from "../examples.ts";
import { emptyStoreForEach, type OpenEmpty } from "./empty-store.ts";

const HOUR_MS = 3_600_000;
/** Returns a time relative to now, so that nothing has expired. */
const at = (hoursAgo: number): string => new Date(Date.now() - hoursAgo * HOUR_MS).toISOString();

/** Tests what every store promises about rejections: how they are recorded, read and resolved. */
export function rejectionReadsContract(name: string, openEmpty: OpenEmpty): void {
  describe(`rejections in the ${name} store`, () => {
    const empty = emptyStoreForEach(openEmpty);
    const store = () => empty.store;
    const texts = async (query: Partial<RejectionQuery> = {}): Promise<unknown[]> => {
      const found = await store().listRejections({ limit: 100, ...query });
      return found.map(({ payload }) => JSON.parse(payload.content));
    };

    it("are listed once if they are repeated, with a count, the first and last time, and the last fault", async () => {
      const [first, middle, last] = [at(9), at(5), at(1)];
      const unreadable = { reason: "unreadable-time", pointer: "/timeStarted", value: "x" } as const;
      const seen = [middle, first].map((received_at) => aRejection("a", { received_at }));
      await store().recordRejections([...seen, aRejection("b")]);
      const now = { project: "try", task_id: "t/0", fault: unreadable };
      await store().recordRejections([aRejection("a", { received_at: last, ...now })]);
      const [, found] = await store().listRejections({ limit: 10 });
      expect(found).toMatchObject({ count: 3, first_seen: first, last_seen: last, ...now });
      const days = (Date.parse(found?.expires_at ?? "") - Date.parse(last)) / (24 * HOUR_MS);
      expect(days).toBe(30);
      expect(await store().findRejection(found?.id ?? "")).toEqual(found);
      expect(await texts()).toEqual(["b", "a"]);
    });

    it("from the archive are counted only if they arrived after the last one that was counted", async () => {
      const [first, middle, last] = [at(9), at(5), at(1)];
      const archived = (received_at: string, overrides = {}) =>
        aRejection("a", { received_at, replayed: true, ...overrides });
      const seen = async () => (await store().listRejections({ limit: 10 }))[0];
      await store().recordRejections([archived(first), archived(middle)]);
      expect(await seen()).toMatchObject({ count: 2, first_seen: first, last_seen: middle });
      await store().recordRejections([archived(middle), archived(last)]);
      const counted = await seen();
      expect(counted).toMatchObject({ count: 3, first_seen: first, last_seen: last });
      // All of them once more, and one that is older than all others.
      const again = [at(12), first, middle, last].map((time) => archived(time));
      expect(await store().recordRejections(again)).toEqual(again.map(() => "kept"));
      expect(await seen()).toEqual(counted);
      const fault = { reason: "internal-error", detail: "y" } as const;
      await store().recordRejections([archived(first, { fault })]);
      expect(await seen()).toEqual({ ...counted, fault });
    });

    it("have the time when they were last seen, and unknown ones are left out", async () => {
      const [before, now] = [at(3), at(1)];
      await store().recordRejections([
        aRejection("a", { received_at: before }),
        aRejection("b", { received_at: now }),
      ]);
      const [b, a] = await store().listRejections({ limit: 10 });
      const ids = [a?.id ?? "", "unknown", b?.id ?? ""];
      expect(await store().findLastSeen(ids)).toEqual(
        new Map([
          [ids[0], before],
          [ids[2], now],
        ]),
      );
      expect(await store().findLastSeen([])).toEqual(new Map());
    });

    it("can be listed without the payload", async () => {
      await store().recordRejections(
        ["a", "b", "c"].map((text) => aRejection(text, { task_id: `${text}/0` })),
      );
      const whole = await store().listRejections({ limit: 2 });
      const heads = await store().listRejectionHeads({ limit: 2 });
      expect(heads).toEqual(
        whole.map(({ payload: { content, ...payload }, ...rejection }) => ({ ...rejection, payload })),
      );
      expect(await store().listRejectionHeads({ limit: 9, task_id: "b" })).toHaveLength(1);
    });

    it("of a client are found by its id, and an exchange has none of them", async () => {
      const from = (client_id: string) =>
        aRejection(client_id, { route: { origin: "rest", client_id, endpoint: "/api/project/try/jobs/" } });
      // The registry refuses such an exchange, but somebody may bind it to a listed one.
      const namesake = aRejection("namesake", { exchange: "client:one" });
      await store().recordRejections([aRejection("pulse"), namesake, from("one"), from("other")]);
      expect(await texts({ client_id: "one" })).toEqual(["one"]);
      expect(await texts({ client_id: "none" })).toEqual([]);
      expect(await texts({ client_id: "one", exchange: "exchange/t/v1" })).toEqual([]);
      expect(await store().countRejections({ client_id: "other" })).toMatchObject([
        { exchange: "client:other" },
      ]);
    });

    it("with an empty routing key are found by it, without rejections that have no routing key", async () => {
      const route = { origin: "rest", client_id: "one", endpoint: "/api/project/try/jobs/" } as const;
      await store().recordRejections([
        aRejection("pulse", { routing_key: "" }),
        aRejection("rest", { route }),
      ]);
      expect(await texts({ routing_key: "" })).toEqual(["pulse"]);
      expect(await store().countRejections({ routing_key: "" })).toMatchObject([{ exchange: "e" }]);
    });

    it("with the same payload but different routes are different", async () => {
      const routes = [{}, { exchange: "other" }, { routing_key: "other" }];
      await store().recordRejections(routes.map((route) => aRejection("a", route)));
      const found = await store().listRejections({ limit: 10 });
      expect(new Set(found.map(({ id }) => id)).size).toBe(3);
      expect(found.map(({ count }) => count)).toEqual([1, 1, 1]);
    });

    it("with the same bytes but different declared encodings are different, and keep their properties", async () => {
      const declared = [
        {},
        { content_type: "application/json", content_encoding: "utf-8" },
        { content_encoding: "gzip" },
        { compression: "application/x-bz2" },
      ];
      const { payload } = aRejection("a");
      const rejections = declared.map((properties) =>
        aRejection("a", { payload: { ...payload, properties } }),
      );
      await store().recordRejections(rejections);
      const found = await store().listRejections({ limit: 10 });
      expect(found).toHaveLength(3);
      // Without a declared encoding, UTF-8 is assumed.
      expect(found).toEqual(
        expect.arrayContaining(
          [declared[1], declared[2], declared[3]].map((properties) =>
            expect.objectContaining({ payload: { ...payload, properties } }),
          ),
        ),
      );
    });

    it("are all counted if several workers record the same ones at the same time", async () => {
      const others = await Promise.all([empty.openAnother(), empty.openAnother()]);
      const batch = Array.from({ length: 40 }, (_, n) => aRejection(`m${n}`));
      await Promise.all([store(), ...others].map((each) => each.recordRejections(batch)));
      await Promise.all(others.map((each) => each.close()));
      const found = await store().listRejections({ limit: 100 });
      expect(found.map(({ count }) => count)).toEqual(batch.map(() => 3));
    });

    it("keep any text that a stranger sends", async () => {
      const odd = "nul \u0000, half \ud800 a pair, $where.a, __proto__";
      const fault = { reason: "unreadable-time", pointer: "/timeStarted", value: "\u0000\u202e" } as const;
      await store().recordRejections([aRejection(odd, { project: "p\u0000", fault, task_id: "a\u0000b" })]);
      const [found] = await store().listRejections({ project: "p\u0000", task_id: "a\u0000b", limit: 10 });
      expect(JSON.parse(found?.payload.content ?? "")).toBe(odd);
      expect(found?.fault).toEqual(fault);
      expect(found).toMatchObject({ project: "p\u0000", task_id: "a\u0000b" });
    });

    it("are found by each filter, and by all filters together", async () => {
      const fits = {
        exchange: "e1",
        routing_key: "k1",
        project: "try",
        task_id: "task/0",
        received_at: at(5),
      } as const;
      await store().recordRejections([
        aRejection("wanted", fits),
        aRejection("another exchange", { ...fits, exchange: "e2" }),
        aRejection("another key", { ...fits, routing_key: "k2" }),
        aRejection("another project", { ...fits, project: "autoland" }),
        aRejection("no project", { ...fits, project: null }),
        aRejection("another task", { ...fits, task_id: "task2/0" }),
        aRejection("earlier", { ...fits, received_at: at(8) }),
        aRejection("later", { ...fits, received_at: at(2) }),
        aRejection("another reason", { ...fits, fault: { reason: "internal-error", detail: "x" } }),
      ]);
      const { received_at, ...exact } = fits;
      const filters: [RejectionFilter, string[]][] = [
        [{ exchange: "e1" }, ["another exchange"]],
        [{ routing_key: "k1" }, ["another key"]],
        [{ project: "try" }, ["another project", "no project"]],
        [{ task_id: "task/0" }, ["another task"]],
        [{ since: received_at }, ["earlier"]],
        [{ until: at(3) }, ["later"]],
        [{ reason: "malformed-body" }, ["another reason"]],
      ];
      const all = await texts();
      for (const [filter, left] of filters) {
        expect(await texts(filter)).toEqual(all.filter((text) => !left.includes(String(text))));
      }
      const together = { ...exact, since: received_at, until: at(3), reason: "malformed-body" } as const;
      expect(await texts(together)).toEqual(["wanted"]);
      expect(await store().countRejections(together)).toMatchObject([{ exchange: "e1", rejections: 1 }]);
    });

    it("are found by the beginning of their id", async () => {
      await store().recordRejections(["a", "b", "c"].map((text) => aRejection(text)));
      for (const { id } of await store().listRejections({ limit: 10 })) {
        const found = await store().listRejections({ id_prefix: id.slice(0, 12), limit: 10 });
        expect(found.map((rejection) => rejection.id)).toEqual([id]);
      }
      expect(await texts({ id_prefix: "" })).toHaveLength(3);
      expect(await texts({ id_prefix: "f".repeat(32) })).toEqual([]);
    });

    it("of a task and of its runs are found together, without those of other tasks", async () => {
      const names = ["t", "t/0", "t/1", "t0", "tt/0", null];
      await store().recordRejections(names.map((task_id) => aRejection(String(task_id), { task_id })));
      const found = async (task_id: string) => (await texts({ task_id })).toSorted();
      expect(await found("t")).toEqual(["t", "t/0", "t/1"]);
      expect(await found("t/0")).toEqual(["t", "t/0"]);
      expect(await found("nobody")).toEqual([]);
    });

    it("of a task are found by its slug and by its UUID", async () => {
      const [slug, uuid] = ["fJhBlPyZTLKrsXAv8oEXpQ", "7c984194-fc99-4cb2-abb1-702ff28117a5"];
      const names = [slug, `${slug}/1`, `${uuid}/0`, "7c984194-fc99-4cb2-abb1-702ff28117a6/0"];
      await store().recordRejections(names.map((task_id) => aRejection(task_id, { task_id })));
      const found = async (task_id: string) => (await texts({ task_id })).toSorted();
      for (const id of [slug, uuid, uuid.toUpperCase()]) {
        expect(await found(id)).toEqual([`${uuid}/0`, slug, `${slug}/1`]);
        expect(await found(`${id}/0`)).toEqual([`${uuid}/0`, slug]);
      }
    });

    it.each([true, false])(
      "are read in pages, each exactly once, even if many have the same time (oldestFirst: %s)",
      async (oldestFirst) => {
        const moments = [at(3), at(2), at(1)];
        const all = Array.from({ length: 17 }, (_, n) => {
          return aRejection(`${n}`, { received_at: moments[Math.floor(n / 7)] ?? "" });
        });
        await store().recordRejections(all);
        const whole = await store().listRejections({ limit: 100, oldestFirst });
        const times = whole.map(({ last_seen }) => last_seen);
        expect(times).toEqual(oldestFirst ? times.toSorted() : times.toSorted().toReversed());
        const paged = [];
        for (let page = await store().listRejections({ limit: 5, oldestFirst }); page.length > 0; ) {
          paged.push(...page);
          const after = page.at(-1);
          page = after === undefined ? [] : await store().listRejections({ limit: 5, oldestFirst, after });
        }
        expect(paged).toEqual(whole);
        expect(whole).toHaveLength(17);
      },
    );

    it("are counted per exchange and reason, most messages first", async () => {
      const bug = { fault: { reason: "internal-error", detail: "x" }, exchange: "e2" } as const;
      const [first_seen, last_seen] = [at(9), at(1)];
      await store().recordRejections([
        aRejection("once", bug),
        aRejection("twice", { received_at: last_seen }),
        aRejection("twice", { received_at: first_seen }),
        aRejection("once more", { received_at: at(5) }),
      ]);
      expect(await store().countRejections({})).toMatchObject([
        { exchange: "e", reason: "malformed-body", rejections: 2, messages: 3, first_seen, last_seen },
        { exchange: "e2", reason: "internal-error", rejections: 1, messages: 1 },
      ]);
      expect(await store().countRejections({ exchange: "nobody" })).toEqual([]);
    });

    it("are deleted if their messages are no longer rejected; others get the new fault, and keep count and times", async () => {
      await store().recordRejections(
        ["accepted now", "refused"].flatMap((t) => [aRejection(t), aRejection(t)]),
      );
      const before = await store().listRejections({ limit: 10 });
      const again = {
        fault: { reason: "unknown-revision-hash", project: "try", revisionHash: "f" },
        payload: aRejection("refused").payload,
        project: "try",
        task_id: "t/0",
      } as const;
      await store().resolveRejections(
        before.map(({ id, last_seen, payload }) => {
          return { id, last_seen, again: payload.content === '"accepted now"' ? null : again };
        }),
      );
      const kept = before.find(({ payload }) => payload.content === '"refused"');
      expect(await store().listRejections({ limit: 10 })).toEqual([{ ...kept, ...again }]);
    });

    it("are not deleted if they were repeated after they were read", async () => {
      await store().recordRejections([aRejection("a", { received_at: at(2) })]);
      const [read] = await store().listRejections({ limit: 1 });
      await store().recordRejections([aRejection("a", { received_at: at(1) })]);
      if (read === undefined) throw new Error("nothing was kept");
      await store().resolveRejections([{ id: read.id, last_seen: read.last_seen, again: null }]);
      expect(await store().listRejections({ limit: 1 })).toMatchObject([{ id: read.id, count: 2 }]);
    });

    it("are not returned after they have expired, until they are repeated", async () => {
      const old = aRejection("old", { received_at: at(30 * 24 + 1) });
      const nearly = aRejection("nearly", { received_at: at(30 * 24 - 1) });
      await store().recordRejections([nearly]);
      const [{ id: known } = { id: "" }] = await store().listRejections({ limit: 1 });
      await store().recordRejections([old]);
      expect(await texts()).toEqual(["nearly"]);
      expect(await store().countRejections({})).toMatchObject([{ rejections: 1, messages: 1 }]);
      expect(await store().findRejection(known)).not.toBeNull();
      await store().recordRejections([aRejection("old")]);
      expect(await texts()).toEqual(["old", "nearly"]);
    });
  });
}
