import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { Unavailable } from "../../src/domain/faults.ts";
import type { DeliveryInHand } from "../../src/ingest/in-hand.ts";
import { Suspects, suspectHash } from "../../src/ingest/suspects.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { aDelivery } from "../examples.ts";

let folder: string;
let store: Store;
let bugs: unknown[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "suspects-"));
  store = await openStore({ mongodbUrl: null, dataDir: folder, rejectionTtlDays: 30 });
  bugs = [];
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const aSuspect = (name: string): DeliveryInHand => ({
  delivery: aDelivery({ name }, { redelivered: true }),
  isSuspect: true,
  bytes: 10,
  jobs: null,
  counted: 1,
});
const nameOf = ({ delivery }: DeliveryInHand): unknown => JSON.parse(delivery.body.toString()).name;
const inLedger = async () => (await store.countDocuments())["suspects"];

/** A worker's life over these names. It dies, which is to say never gets on, at `dies`; gives what it did. */
async function live(names: readonly string[], dies: string | null, ledger = store): Promise<string[]> {
  const did: string[] = [];
  const end = (suspect: DeliveryInHand, how: string): void => {
    did.push(`${how} ${nameOf(suspect)}`);
    suspect.jobs = [
      { delivery: suspect.delivery, verdict: { kind: "skipped", payload: {} }, outcome: "skipped" },
    ];
  };
  const suspects = new Suspects({ ledger, maxAttempts: 3, onBug: (error) => bugs.push(error) });
  let died: () => void;
  const death = new Promise<void>((resolve) => {
    died = resolve;
  });
  const work = suspects.handle(names.map(aSuspect), {
    hold: (ask) => ask(),
    handleAlone: async (suspect) => {
      if (nameOf(suspect) === dies) {
        died();
        await new Promise(() => undefined);
      }
      end(suspect, "handled");
    },
    setAside: async (suspect, attempts) => end(suspect, `set aside after ${attempts}`),
  });
  await Promise.race([work, death]);
  return did;
}

describe("a suspect", () => {
  it("that harms nobody is handled, and leaves the ledger", async () => {
    expect(await live(["a", "b"], null)).toEqual(["handled a", "handled b"]);
    expect(await inLedger()).toBe(0);
  });

  it("that ended while the store was away leaves the ledger when it is back", async () => {
    let isAway = false;
    const ledger = {
      enterSuspect: store.enterSuspect,
      clearSuspect: (hash: string) =>
        isAway ? Promise.reject(new Unavailable("store", "away")) : store.clearSuspect(hash),
    };
    const suspects = new Suspects({ ledger, maxAttempts: 3, onBug: (error) => bugs.push(error) });
    const hold = <T>(ask: () => Promise<T>): Promise<T> => ask();
    await suspects.handle([aSuspect("a")], {
      hold,
      handleAlone: async (suspect) => {
        isAway = true;
        suspect.jobs = [
          { delivery: suspect.delivery, verdict: { kind: "skipped", payload: {} }, outcome: "skipped" },
        ];
      },
      setAside: () => Promise.reject(new Error("nobody died")),
    });
    await suspects.clearLeft({ hold });
    expect(await inLedger()).toBe(1);
    isAway = false;
    await suspects.clearLeft({ hold });
    expect(await inLedger()).toBe(0);
    expect(bugs).toEqual([]);
  });

  it("that kills is set aside after so many deaths, and those that came with it never are", async () => {
    const names = ["a", "bad", "c", "d"];
    for (let death = 0; death < 3; death++) expect(await live(names, "bad")).toEqual(["handled a"]);
    expect(await live(names, "bad")).toEqual([
      "handled a",
      "set aside after 3 bad",
      "handled c",
      "handled d",
    ]);
    expect(await inLedger()).toBe(0);
  });

  it("twice in a window is nobody's death", async () => {
    expect(await live(["a", "a", "a", "a", "a"], null)).toEqual(Array(5).fill("handled a"));
    expect(await inLedger()).toBe(0);
  });

  it("that met an absent store often is not held to have killed", async () => {
    const suspects = new Suspects({ ledger: store, maxAttempts: 3, onBug: (error) => bugs.push(error) });
    let handled = 0;
    for (let outage = 0; outage < 8; outage++) {
      await suspects.handle([aSuspect("a")], {
        hold: (ask) => ask(),
        // Without an outcome: the store was away for too long.
        handleAlone: async () => void handled++,
        setAside: async () => expect("set aside").toBe("handled"),
      });
    }
    expect(handled).toBe(8);
  });

  it("is left where the ledger is away, and handled without it where that has a bug", async () => {
    const away = { ...store, enterSuspect: () => Promise.reject(new Unavailable("store", "gone")) };
    expect(await live(["a"], null, away)).toEqual([]);
    const broken = { ...store, enterSuspect: () => Promise.reject(new TypeError("a bug")) };
    expect(await live(["a"], null, broken)).toEqual(["handled a"]);
    expect(bugs).toHaveLength(1);
  });
});

it("a suspect's hash is of route and body, whatever else differs", () => {
  const hash = (...given: Parameters<typeof aDelivery>) => suspectHash(aDelivery(...given));
  expect(hash({}, { receivedAtMs: 1, redelivered: true })).toBe(hash({}, { receivedAtMs: 2 }));
  expect(hash({}, { exchange: "ab", routingKey: "c" })).not.toBe(
    hash({}, { exchange: "a", routingKey: "bc" }),
  );
  expect(hash({ a: 1 })).not.toBe(hash({ a: 2 }));
});
