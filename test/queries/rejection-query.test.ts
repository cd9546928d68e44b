import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { readFilter } from "../../src/cli/options/rejection-filter.ts";
import { rejectionId } from "../../src/domain/ids.ts";
import type { Rejection } from "../../src/domain/rejection.ts";
import { findByPrefix } from "../../src/queries/find-rejection.ts";
import { rejectionPages } from "../../src/queries/rejection-pages.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { aRejection } from "../examples.ts";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "rejection-query-"));
  store = await openStore({ mongodbUrl: null, dataDir: folder, rejectionTtlDays: 30 });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const idOf = ({ payload, route }: Rejection): string => rejectionId(payload, route);

it("every given option becomes a condition", () => {
  const options = { exchange: "e", routingKey: "k", client: "c", project: "p", task: "t" };
  const times = { since: "2026-01-05T10:00:00+01:00", until: "2026-01-06" };
  expect(readFilter({ ...options, ...times, reason: "malformed-body", limit: "7", json: true })).toEqual({
    ...{ exchange: "e", routing_key: "k", client_id: "c", project: "p", task_id: "t" },
    reason: "malformed-body",
    ...{ since: "2026-01-05T09:00:00.000Z", until: "2026-01-06T00:00:00.000Z" },
  });
  expect(readFilter({ json: true })).toEqual({});
});

it("matching rejections are returned page by page, up to the limit", async () => {
  await store.recordRejections(Array.from({ length: 430 }, (_, n) => aRejection(`${n}`)));
  const sizes = async (limit: number): Promise<number[]> => {
    const pages = [];
    for await (const page of rejectionPages(store, {}, { limit, oldestFirst: true })) pages.push(page.length);
    return pages;
  };
  expect(await sizes(1000)).toEqual([200, 200, 30]);
  expect(await sizes(210)).toEqual([200, 10]);
  expect(await sizes(200)).toEqual([200]);
});

it("an id is found by its beginning, also in upper case", async () => {
  const wanted = aRejection("wanted");
  await store.recordRejections([wanted, aRejection("other")]);
  const id = idOf(wanted);
  for (const text of [id, id.slice(0, 12), id.slice(0, 12).toUpperCase()]) {
    expect((await findByPrefix(store, text))?.id).toBe(id);
  }
  expect(await findByPrefix(store, "0".repeat(32))).toBeNull();
});

it.each(["", "abc", "xyzw", "abcd%", "0".repeat(33)])(
  "%j cannot begin an id, and the error says so",
  async (text) => {
    await expect(findByPrefix(store, text)).rejects.toThrow("at least the first 4 of them");
  },
);

it("a prefix that several ids share is refused with a list of them", async () => {
  const seen = new Map<string, Rejection>();
  let twins: readonly Rejection[] = [];
  for (let n = 0; twins.length === 0; n++) {
    const rejection = aRejection(`${n}`);
    const twin = seen.get(idOf(rejection).slice(0, 4));
    if (twin !== undefined) twins = [twin, rejection];
    seen.set(idOf(rejection).slice(0, 4), rejection);
  }
  await store.recordRejections(twins);
  const [first = "", second = ""] = twins.map(idOf);
  const failure: unknown = await findByPrefix(store, first.slice(0, 4)).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    name: "Misuse",
    message: expect.stringContaining("several rejections begin"),
  });
  expect(String(failure)).toContain(first);
  expect(String(failure)).toContain(second);
});
