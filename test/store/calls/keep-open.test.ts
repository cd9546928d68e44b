import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { Misuse, Unavailable } from "../../../src/domain/faults.ts";
import { type KeepOpenOptions, keepOpen } from "../../../src/store/calls/keep-open.ts";
import { openStore } from "../../../src/store/open-store.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import { collectGarbage } from "../../collect-garbage.ts";
import { anArrival } from "../../examples.ts";
import { until } from "../../until.ts";

/** The folder of an embedded store acts as an address. A closed store acts as one whose connection is lost. */
let address: string | Error;
let opened: Store[];
let stuck: () => void;
let events: string[];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "keep-open-"));
  address = join(folder, "first");
  opened = [];
  events = [];
});
afterEach(async () => {
  for (const store of opened) await store.close();
  rmSync(folder, { recursive: true });
});

const noted = (event: string) => void events.push(event);
const log = { error: noted, warn: noted, info: noted, debug: noted };

async function real(dataDir: string | null, onStuck: () => void): Promise<Store> {
  const store = await openStore({ mongodbUrl: null, dataDir: dataDir ?? "", rejectionTtlDays: 30 });
  opened.push(store);
  stuck = onStuck;
  return store;
}

async function kept(options: Partial<KeepOpenOptions> = {}): Promise<Store> {
  const readAddress = async (): Promise<string> => {
    if (address instanceof Error) throw address;
    return address;
  };
  const stop = new AbortController().signal;
  const store = await keepOpen({ readAddress, open: real, patienceMs: 60_000, stop, log, ...options });
  if (store === null) throw new Error("nobody asked for the end");
  return store;
}

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

async function untilTold(event: string): Promise<void> {
  while (!events.includes(event)) await new Promise((resolve) => setTimeout(resolve, 5));
}

it("opens an available store immediately", async () => {
  const store = await kept();
  expect(await store.storeSubmissions([anArrival()])).toEqual([{ kind: "stored" }]);
  expect(store.name).toContain("sqlite");
  expect(events).toEqual([]);
  await store.close();
});

it("waits for an unavailable store no longer than requested, even if memory is garbage-collected in the meantime", async () => {
  const open = async (): Promise<Store> => {
    throw new Unavailable("store", "nobody listens");
  };
  const opening = kept({ open, patienceMs: 200 });
  setTimeout(collectGarbage, 50);
  const store = await opening;
  await expect(store.ping()).rejects.toThrow("nobody listens");
  await store.close();
});

it("forwards a method that it does not list, and recognises an unavailable store by its error", async () => {
  let failure: Error | null = null;
  const newRead = async (first: number, second: number): Promise<readonly number[]> => {
    if (failure !== null) throw failure;
    return [first, second];
  };
  type NewStore = Store & { newRead: typeof newRead };
  const open: KeepOpenOptions["open"] = async (...args) => Object.assign(await real(...args), { newRead });
  const store = (await kept({ open })) as NewStore;
  expect(await store.newRead(1, 2)).toEqual([1, 2]);
  failure = new Unavailable("store", "connection lost");
  address = join(folder, "second");
  await expect(store.newRead(1, 2)).rejects.toThrow("connection lost");
  await untilTold("store_reopened");
  expect(store.name).toContain("second");
  await store.close();
});

it("returns before the store is available, throws Unavailable until then, and uses the store afterwards", async () => {
  let isThere = false;
  const open: KeepOpenOptions["open"] = async (...args) => {
    if (!isThere) throw new Unavailable("store", "connection refused");
    return real(...args);
  };
  const store = await kept({ open, patienceMs: 10 });
  await expect(store.storeSubmissions([anArrival()])).rejects.toThrow(Unavailable);
  await untilTold("store_away");
  await expect(store.readBindings("queue")).rejects.toThrow(/^store unavailable: connection refused$/);
  isThere = true;
  await untilThere(store);
  expect(await store.storeSubmissions([anArrival()])).toEqual([{ kind: "stored" }]);
  expect(events).toEqual(expect.arrayContaining(["store_away", "store_back"]));
  await store.close();
});

it("returns while the first attempt to open the store is not answered", async () => {
  let answer: (store: Store) => void = () => undefined;
  const open = () =>
    new Promise<Store>((resolve) => {
      answer = resolve;
    });
  const store = await kept({ open, patienceMs: 10 });
  await expect(store.ping()).rejects.toThrow(Unavailable);
  answer(await real(join(folder, "first"), () => undefined));
  await untilThere(store);
  await store.close();
});

it("throws immediately for a wrong address", async () => {
  const open = () => Promise.reject(new Misuse(["MONGODB_URL: no such database"]));
  await expect(kept({ open })).rejects.toThrow(Misuse);
  expect(events).toEqual([]);
});

it("can be closed while the store is still unavailable", async () => {
  const open = () => Promise.reject(new Unavailable("store", "connection refused"));
  const store = await kept({ open, patienceMs: 10 });
  await store.close();
  await expect(store.ping()).rejects.toThrow(Unavailable);
});

it("opens a new store once if the old one does not answer and the address has changed, and closes the old one", async () => {
  const store = await kept();
  address = join(folder, "second");
  await store.ping();
  expect(opened).toHaveLength(1);

  await opened[0]?.close();
  const questions = Array.from({ length: 5 }, () => store.ping());
  expect((await Promise.allSettled(questions)).map(({ status }) => status)).toEqual(
    Array(5).fill("rejected"),
  );
  await untilThere(store);
  expect(store.name).toContain("second");
  expect(opened).toHaveLength(2);
  expect(events).toEqual(["store_reopened"]);
  await store.close();
  await expect(opened[1]?.ping()).rejects.toThrow("it has been closed");
});

it("keeps a store that does not answer if its address has not changed", async () => {
  const store = await kept();
  await opened[0]?.close();
  for (let n = 0; n < 5; n++) await expect(store.ping()).rejects.toThrow(Unavailable);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(opened).toHaveLength(1);
  expect(events).toEqual([]);
  await store.close();
});

it("reopens a hanging store at the same address, and closes the one that hung", async () => {
  const store = await kept();
  stuck();
  stuck();
  await untilTold("store_reopened");
  expect(opened).toHaveLength(2);
  expect(await store.storeSubmissions([anArrival()])).toEqual([{ kind: "stored" }]);
  await expect(opened[0]?.ping()).rejects.toThrow("it has been closed");
  await store.close();
});

it("keeps the old store while its address cannot be read or the new one does not answer, and logs that", async () => {
  let isNewThere = false;
  const open: KeepOpenOptions["open"] = async (dataDir, onStuck) => {
    if (dataDir?.endsWith("second") && !isNewThere) throw new Unavailable("store", "connection refused");
    return real(dataDir, onStuck);
  };
  const store = await kept({ open });
  const failing = jest.spyOn(opened[0] as Store, "readBugs");
  failing.mockRejectedValueOnce(new Unavailable("store", "connection lost"));
  address = new Misuse(["MONGODB_URL_FILE: cannot be read"]);
  await expect(store.readBugs(0, 1)).rejects.toThrow(Unavailable);
  await untilTold("store_not_reopened");
  expect(await store.storeSubmissions([anArrival()])).toEqual([{ kind: "stored" }]);

  address = join(folder, "second");
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(store.name).toContain("first");
  isNewThere = true;
  await untilTold("store_reopened");
  expect(store.name).toContain("second");
  await store.close();
});

it("closes a store that is only opened after the end", async () => {
  let answer: () => void = () => undefined;
  const isAsked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let goOn: () => void = () => undefined;
  const open: KeepOpenOptions["open"] = async (dataDir, onStuck) => {
    if (opened.length > 0) {
      answer();
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
    }
    return real(dataDir, onStuck);
  };
  const store = await kept({ open });
  stuck();
  await isAsked;
  await store.close();
  goOn();
  const isClosed = (one: Store): Promise<boolean> =>
    one.ping().then(
      () => false,
      ({ message }: Error) => message.includes("it has been closed"),
    );
  await until(() => opened.length === 2);
  for (const one of opened) await until(() => isClosed(one));
  expect(events).toEqual([]);
});

it("returns null if it is stopped while the store is unavailable", async () => {
  const stop = new AbortController();
  const options = { readAddress: async () => null, patienceMs: null, stop: stop.signal, log };
  const opening = keepOpen({ ...options, open: () => Promise.reject(new Unavailable("store", "away")) });
  await untilTold("store_away");
  stop.abort();
  expect(await opening).toBeNull();
});
