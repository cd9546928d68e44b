import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import * as fc from "fast-check";
import type { BodyProperties } from "../../../src/domain/delivery.ts";
import { Unavailable } from "../../../src/domain/faults.ts";
import { type DeliveryInHand, hasEnded } from "../../../src/ingest/progress/in-hand.ts";
import { JobsInHand } from "../../../src/ingest/progress/jobs-in-hand.ts";
import { Suspects, type SuspectsOptions, suspectHash } from "../../../src/ingest/suspects/suspects.ts";
import { openSuspectsNote } from "../../../src/ingest/suspects/suspects-note.ts";
import { openStore } from "../../../src/store/open-store.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import type { SuspectLedger } from "../../../src/store/ports/suspect-ledger.ts";
import { aDelivery } from "../../examples.ts";

jest.setTimeout(60_000);
const MAX_ATTEMPTS = 3;

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
/** Those of a new worker on this disk. */
const newSuspects = (ledger: SuspectsOptions["ledger"] = store): Suspects => {
  const tell = (event: string): void => void bugs.push(event);
  const note = openSuspectsNote(folder, { error: tell, warn: tell, info: tell, debug: tell });
  return new Suspects({ ledger, note, maxAttempts: MAX_ATTEMPTS, onBug: (error) => bugs.push(error) });
};
const hold = <T>(ask: () => Promise<T>): Promise<T> => ask();
const inLedger = async () => (await store.countDocuments())["suspects"];

function endIt(suspect: DeliveryInHand): void {
  const { delivery } = suspect;
  const end = { delivery, verdict: { kind: "skipped", payload: {} }, outcome: "skipped" } as const;
  suspect.jobs = new JobsInHand(1, () => end);
  suspect.jobs.judgeNext();
  suspect.jobs.keepEnds();
}

/** A worker's life over these names. It dies, which is to say never gets on, at `dies`; gives what it did. */
async function live(names: readonly string[], dies: string | null, ledger = store): Promise<string[]> {
  const did: string[] = [];
  const end = (suspect: DeliveryInHand, how: string): void => {
    did.push(`${how} ${nameOf(suspect)}`);
    endIt(suspect);
  };
  const suspects = newSuspects(ledger);
  let died: () => void;
  const death = new Promise<void>((resolve) => {
    died = resolve;
  });
  const work = suspects.handle(names.map(aSuspect), {
    hold,
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
    const suspects = newSuspects(ledger);
    await suspects.handle([aSuspect("a")], {
      hold,
      handleAlone: async (suspect) => {
        isAway = true;
        endIt(suspect);
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
    const suspects = newSuspects();
    let handled = 0;
    for (let outage = 0; outage < 8; outage++) {
      await suspects.handle([aSuspect("a")], {
        hold,
        // Without an outcome: the store was away for too long.
        handleAlone: async () => void handled++,
        setAside: async () => expect("set aside").toBe("handled"),
      });
    }
    expect(handled).toBe(8);
  });

  it("that was in work each time the store went away is not held to have killed the workers that ended well", async () => {
    for (let worker = 0; worker < 2 * MAX_ATTEMPTS; worker++) {
      let isAway = false;
      const ledger = sometimesAway(() => (isAway ? "away" : "there"));
      const suspects = newSuspects(ledger);
      await suspects.handle([aSuspect("a")], {
        hold,
        handleAlone: async () => {
          isAway = true;
        },
        setAside: async () => expect("set aside").toBe("handled"),
      });
      await suspects.leave({ hold });
    }
    expect(await live(["a"], null)).toEqual(["handled a"]);
    expect(await inLedger()).toBe(0);
    expect(readdirSync(folder).filter((name) => name.includes("suspects"))).toEqual([]);
    expect(bugs).toEqual([]);
  });

  it("that could not leave the ledger ends the round, so that a death of the next one is not counted against it", async () => {
    expect(await live(["bad", "a", "b"], "bad")).toEqual([]);
    const clearSuspect = () => Promise.reject(new Unavailable("store", "away"));
    expect(await live(["a", "b"], null, { ...store, clearSuspect })).toEqual(["handled a"]);
  });

  it("is left where the ledger is away, and handled without it where that has a bug", async () => {
    const away = { ...store, enterSuspect: () => Promise.reject(new Unavailable("store", "gone")) };
    expect(await live(["a"], null, away)).toEqual([]);
    const broken = { ...store, enterSuspect: () => Promise.reject(new TypeError("a bug")) };
    expect(await live(["a"], null, broken)).toEqual(["handled a"]);
    expect(bugs).toHaveLength(1);
  });
});

type Network = "there" | "away" | "reply lost";

/** The real ledger, behind a network that is asked anew at each call. */
function sometimesAway(network: () => Network): SuspectLedger {
  const through = async <T>(ask: () => Promise<T>): Promise<T> => {
    const now = network();
    if (now === "away") throw new Unavailable("store", "away");
    const answer = await ask();
    if (now === "reply lost") throw new Unavailable("store", "no answer");
    return answer;
  };
  return {
    enterSuspect: (hash) => through(() => store.enterSuspect(hash)),
    clearSuspect: (hash) => through(() => store.clearSuspect(hash)),
  };
}

/** Workers that live one after the other on a queue. */
class Lives {
  queue: string[];
  deaths = 0;
  readonly setAside: string[] = [];

  constructor(queue: readonly string[]) {
    this.queue = [...queue];
  }

  /**
   * One worker's life, until the queue is empty, it met an absent store twice, or one called "bad" kills it.
   *
   * @param script - what the network does at each call; after that it is away. Null: it is always there.
   */
  async liveOnce(script: readonly Network[] | null): Promise<void> {
    let calls = 0;
    const network = (): Network => (script === null ? "there" : (script[calls++] ?? "away"));
    const suspects = newSuspects(sometimesAway(network));
    for (let round = 0; round < 2 && this.queue.length > 0; round++) {
      const batch = this.queue.map(aSuspect);
      const work = suspects.handle(batch, {
        hold,
        handleAlone: async (suspect) => {
          if (nameOf(suspect) === "bad") {
            this.deaths++;
            died();
            await new Promise(() => undefined);
          }
          if (network() === "there") endIt(suspect);
        },
        setAside: async (suspect) => {
          this.setAside.push(String(nameOf(suspect)));
          if (network() === "there") endIt(suspect);
        },
      });
      let died = (): void => undefined;
      const death = new Promise<"died">((resolve) => {
        died = () => resolve("died");
      });
      if ((await Promise.race([work, death])) === "died") return;
      // What has ended is settled; what has not comes again.
      this.queue = batch.filter((suspect) => !hasEnded(suspect)).map((suspect) => String(nameOf(suspect)));
    }
    await suspects.leave({ hold });
  }
}

it("whatever the store's outages and the workers' ends: only what kills is set aside, and soon", async () => {
  const network = fc.constantFrom<Network>("there", "there", "there", "there", "there", "away", "reply lost");
  const troubledLives = fc.array(fc.array(network, { maxLength: 8 }), { maxLength: 12 });
  const queues = fc.constantFrom(["a"], ["a", "b"], ["bad", "a"], ["a", "bad", "b"]);
  await fc.assert(
    fc.asyncProperty(queues, troubledLives, async (queue, scripts) => {
      const lives = new Lives(queue);
      for (const script of scripts) await lives.liveOnce(script);
      const deathsBefore = lives.deaths;
      for (let count = 0; lives.queue.length > 0; count++) {
        expect(count).toBeLessThanOrEqual(MAX_ATTEMPTS);
        await lives.liveOnce(null);
      }
      expect(new Set(lives.setAside)).toEqual(new Set(queue.filter((name) => name === "bad")));
      expect(lives.deaths - deathsBefore).toBeLessThanOrEqual(MAX_ATTEMPTS);
      // The last worker may have left some in its note.
      await newSuspects().clearLeft({ hold });
      expect(await inLedger()).toBe(0);
    }),
    { numRuns: 300 },
  );
  expect(bugs).toEqual([]);
});

it("a suspect's hash is of route and body, whatever else differs", () => {
  const hash = (...given: Parameters<typeof aDelivery>) => suspectHash(aDelivery(...given));
  expect(hash({}, { receivedAtMs: 1, redelivered: true })).toBe(hash({}, { receivedAtMs: 2 }));
  expect(hash({}, { exchange: "ab", routingKey: "c" })).not.toBe(
    hash({}, { exchange: "a", routingKey: "bc" }),
  );
  expect(hash({ a: 1 })).not.toBe(hash({ a: 2 }));
});

it("a suspect's hash tells bodies apart that are declared differently, and only those", () => {
  const hash = (properties?: BodyProperties) =>
    suspectHash(aDelivery({}, properties === undefined ? {} : { properties }));
  expect(hash({ content_encoding: "UTF-8", content_type: "application/json" })).toBe(hash());
  expect(hash({ content_encoding: "gzip" })).not.toBe(hash());
  expect(hash({ content_encoding: "gzip" })).not.toBe(hash({ compression: "gzip" }));
  expect(hash({ content_encoding: "gzip" })).toBe(hash({ content_encoding: "GZIP" }));
});
