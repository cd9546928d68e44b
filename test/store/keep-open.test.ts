import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { Misuse, Unavailable } from "../../src/domain/faults.ts";
import { openLater } from "../../src/store/open-later.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { anArrival } from "../examples.ts";

let dataDir: string;
let events: string[];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "open-later-"));
  events = [];
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const noted = (event: string) => void events.push(event);
const log = { error: noted, warn: noted, info: noted, debug: noted };
const real = (): Promise<Store> => openStore({ mongodbUrl: null, dataDir, rejectionTtlDays: 30 });

async function untilThere(store: Store): Promise<void> {
  for (;;) {
    const isThere = await store.ping().then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

it("is the store itself where that is there at once", async () => {
  const store = await openLater({ open: real, firstTryMs: 60_000, log });
  expect(await store.storeSubmissions([anArrival()])).toEqual([{ kind: "stored" }]);
  expect(store.name).toContain("sqlite");
  expect(events).toEqual([]);
  await store.close();
});

it("is given while the store is away, says so in every answer, and is the store once that is there", async () => {
  let isThere = false;
  const open = async (): Promise<Store> => {
    if (!isThere) throw new Unavailable("store", "connection refused");
    return real();
  };
  const store = await openLater({ open, firstTryMs: 10, log });
  await expect(store.storeSubmissions([anArrival()])).rejects.toThrow(Unavailable);
  await expect(store.readBindings("queue")).rejects.toThrow("connection refused");
  isThere = true;
  await untilThere(store);
  expect(await store.storeSubmissions([anArrival()])).toEqual([{ kind: "stored" }]);
  expect(events).toEqual(expect.arrayContaining(["store_away", "store_back"]));
  await store.close();
});

it("is given while the first try does not answer", async () => {
  let answer: (store: Store) => void = () => undefined;
  const open = () =>
    new Promise<Store>((resolve) => {
      answer = resolve;
    });
  const store = await openLater({ open, firstTryMs: 10, log });
  await expect(store.ping()).rejects.toThrow(Unavailable);
  answer(await real());
  await untilThere(store);
  await store.close();
});

it("tells a wrong address at once", async () => {
  const open = () => Promise.reject(new Misuse(["MONGODB_URL: no such database"]));
  await expect(openLater({ open, firstTryMs: 60_000, log })).rejects.toThrow(Misuse);
  expect(events).toEqual([]);
});

it("is closed while the store is still away", async () => {
  const open = () => Promise.reject(new Unavailable("store", "connection refused"));
  const store = await openLater({ open, firstTryMs: 10, log });
  await store.close();
  await expect(store.ping()).rejects.toThrow(Unavailable);
});
