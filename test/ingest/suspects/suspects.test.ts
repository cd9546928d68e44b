import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import * as fc from "fast-check";
import type { BodyProperties } from "../../../src/domain/delivery.ts";
import { Unavailable } from "../../../src/domain/faults.ts";
import { suspectKey } from "../../../src/ingest/deliveries/suspect-key.ts";
import { JobCount } from "../../../src/ingest/progress/count-jobs.ts";
import { begin, hasEnded, type MessageProgress } from "../../../src/ingest/progress/message-progress.ts";
import { Suspects } from "../../../src/ingest/suspects/suspects.ts";
import { openSuspectsNote } from "../../../src/ingest/suspects/suspects-note.ts";
import { type IngestStore, MessageWriter } from "../../../src/ingest/write/message-writer.ts";
import type { ReadMessage } from "../../../src/judge/verdict.ts";
import { createCounters } from "../../../src/metrics/counters.ts";
import { openStore } from "../../../src/store/open-store.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import { aDelivery } from "../../examples.ts";
import { impatient, messageOf } from "../write-messages.ts";

jest.setTimeout(180_000);
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

type Network = "there" | "away" | "reply lost";

/** A worker on this disk, with the real ledger behind a simulated network. It stops when a message kills it. */
class Worker {
  /** The actions so far: `handled NAME` or `set aside NAME after N`. */
  readonly did: string[] = [];
  readonly #store: IngestStore;
  readonly #suspects: Suspects;
  readonly #writer: MessageWriter;
  #isDead = false;
  #died: () => void = () => undefined;
  readonly death = new Promise<void>((resolve) => {
    this.#died = resolve;
  });

  /** @param network - called for each call to the store. */
  constructor(network: () => Network = () => "there", ledger: Partial<IngestStore> = {}) {
    const through = async <T>(call: () => Promise<T>): Promise<T> => {
      if (this.#isDead) await new Promise(() => undefined);
      const now = network();
      if (now === "away") throw new Unavailable("store", "away");
      const answer = await call();
      if (now === "reply lost") throw new Unavailable("store", "no answer");
      return answer;
    };
    const { enterSuspects, clearSuspects } = { ...store, ...ledger };
    this.#store = {
      enterSuspects: (keys) => through(() => enterSuspects(keys)),
      clearSuspects: (keys) => through(() => clearSuspects(keys)),
      storeSubmissions: () => Promise.reject(new Error("every message is rejected")),
      storeArchived: () => Promise.reject(new Error("every message is rejected")),
      addSegment: async () => undefined,
      storeResultSets: async () => [],
      storeArtifacts: async () => [],
      recordRejections: (rejections) =>
        through(async () => {
          for (const { fault, payload } of rejections) {
            const { name } = JSON.parse(Buffer.from(payload.content, "base64").toString());
            const isSetAside = fault.reason === "killed-worker";
            this.did.push(isSetAside ? `set aside ${name} after ${fault.attempts}` : `handled ${name}`);
          }
          return rejections.map(() => "kept");
        }),
    };
    const noted = (event: string): void => void (event === "bug" && bugs.push(event));
    const log = { error: noted, warn: noted, info: noted, debug: noted };
    const counters = createCounters();
    this.#suspects = new Suspects(openSuspectsNote(folder, log), log);
    this.#writer = new MessageWriter({
      batch: { maxItems: 10, maxBytes: 1e6 },
      rejectionMaxBytes: 100,
      quotaOf: (sender) => sender,
      maxAttempts: MAX_ATTEMPTS,
      keepsArchive: false,
      suspects: this.#suspects,
      counters,
      count: new JobCount(counters, ({ sender }) => sender),
      log,
    });
  }

  /** @param dies - the name of the message that kills the worker when it is read. */
  async handle(names: readonly string[], dies: string | null = null): Promise<readonly MessageProgress[]> {
    const read = (name: string) => (): ReadMessage => {
      if (name === dies) {
        this.#isDead = true;
        this.#died();
      }
      const fault = { reason: "malformed-body", detail: "x" } as const;
      const verdict = { kind: "rejected", fault, payload: undefined, project: null, task_id: null } as const;
      return { jobs: 1, verdictOf: () => verdict };
    };
    const batch = names.map((name) => {
      const message = messageOf(aDelivery({ name }, { redelivered: true }));
      return begin({ ...message, read: read(name) });
    });
    const advance = this.#writer.advance(batch, impatient(this.#store)).then((done) => done.batch);
    return Promise.race([advance, this.death.then(() => batch)]);
  }

  clearLeft(): Promise<boolean> {
    return this.#suspects.clearLeft(impatient(this.#store));
  }

  leave(): Promise<void> {
    return this.#suspects.leave(impatient(this.#store));
  }
}

const inLedger = async () => (await store.countDocuments())["suspects"];

/** Runs a worker on these messages until it dies at `dies`, and returns its actions. */
async function live(names: readonly string[], dies: string | null, ledger: Partial<IngestStore> = {}) {
  const worker = new Worker(undefined, ledger);
  await worker.handle(names, dies);
  return worker.did;
}

describe("a suspect", () => {
  it("is handled and leaves the ledger if it does no harm", async () => {
    expect(await live(["a", "b"], null)).toEqual(["handled a", "handled b"]);
    expect(await inLedger()).toBe(0);
  });

  it("that ended while the store was unavailable leaves the ledger when the store is back", async () => {
    let calls = 0;
    let isAway = false;
    // The store becomes unavailable after it has written the ledger and the rejection.
    const worker = new Worker(() => (isAway || ++calls > 2 ? "away" : "there"));
    await worker.handle(["a"]);
    isAway = true;
    expect(await worker.clearLeft()).toBe(false);
    expect(await inLedger()).toBe(1);
    calls = 0;
    isAway = false;
    expect(await worker.clearLeft()).toBe(true);
    expect(await inLedger()).toBe(0);
    expect(bugs).toEqual([]);
  });

  it("is set aside after it has killed MAX_ATTEMPTS workers, but its neighbours never are", async () => {
    const names = ["a", "bad", "c", "d"];
    for (let death = 0; death < 3; death++) expect(await live(names, "bad")).toEqual(["handled a"]);
    expect(await live(names, "bad")).toEqual([
      "handled a",
      "set aside bad after 3",
      "handled c",
      "handled d",
    ]);
    expect(await inLedger()).toBe(0);
  });

  it("is not set aside because it is delivered several times together", async () => {
    expect(await live(["a", "a", "a", "a", "a"], null)).toEqual(Array(5).fill("handled a"));
    expect(await inLedger()).toBe(0);
  });

  it("is not set aside if the store was often unavailable while it was in progress", async () => {
    let calls = 0;
    // Each time it is entered in the ledger, and then the store becomes unavailable.
    const worker = new Worker(() => (++calls % 2 === 1 ? "there" : "away"));
    for (let outage = 0; outage < 8; outage++) await worker.handle(["a"]);
    expect(worker.did).toEqual([]);
    expect(await live(["a"], null)).toEqual(["handled a"]);
  });

  it("is not set aside if workers stopped normally while it was in progress and the store was unavailable", async () => {
    for (let life = 0; life < 2 * MAX_ATTEMPTS; life++) {
      let calls = 0;
      const mayClear = life > 0 ? 1 : 0;
      const worker = new Worker(() => (++calls <= 1 + mayClear ? "there" : "away"));
      await worker.handle(["a"]);
      await worker.leave();
      expect(worker.did).toEqual([]);
    }
    expect(await live(["a"], null)).toEqual(["handled a"]);
    expect(await inLedger()).toBe(0);
    expect(readdirSync(folder).filter((name) => name.includes("suspects"))).toEqual([]);
    expect(bugs).toEqual([]);
  });

  it("ends the round if it cannot leave the ledger, so that a death at the next one does not count against it", async () => {
    expect(await live(["bad", "a", "b"], "bad")).toEqual([]);
    const clearSuspects = () => Promise.reject(new Unavailable("store", "away"));
    expect(await live(["a", "b"], null, { clearSuspects })).toEqual(["handled a"]);
  });

  it("waits while the ledger is unavailable, and is handled without the ledger if the ledger has a bug", async () => {
    const enterSuspects = () => Promise.reject(new Unavailable("store", "gone"));
    expect(await live(["a"], null, { enterSuspects })).toEqual([]);
    const broken = { enterSuspects: () => Promise.reject(new TypeError("a bug")) };
    expect(await live(["a"], null, broken)).toEqual(["handled a"]);
    expect(bugs).toHaveLength(1);
  });
});

/** Runs workers one after the other on a queue. */
class Lives {
  queue: string[];
  deaths = 0;
  readonly setAside = new Set<string>();

  constructor(queue: readonly string[]) {
    this.queue = [...queue];
  }

  /**
   * Runs one worker until the queue is empty, the store was unavailable twice, or "bad" kills it.
   * @param script - what the network does at each call; after that, the store is unavailable. Null if it is always available.
   */
  async liveOnce(script: readonly Network[] | null): Promise<void> {
    let calls = 0;
    const worker = new Worker(() => (script === null ? "there" : (script[calls++] ?? "away")));
    let isDead = false;
    void worker.death.then(() => {
      isDead = true;
    });
    for (let round = 0; round < 2 && this.queue.length > 0; round++) {
      const batch = await worker.handle(this.queue, "bad");
      if (isDead) {
        this.deaths++;
        return;
      }
      // Messages that have ended are settled; the others are redelivered.
      this.queue = this.queue.filter((_name, index) => {
        const progress = batch[index];
        return progress === undefined || !hasEnded(progress);
      });
    }
    for (const each of worker.did) {
      const [, name] = /^set aside (\w+)/.exec(each) ?? [];
      if (name !== undefined) this.setAside.add(name);
    }
    await worker.leave();
  }
}

it("only messages that kill workers are set aside, and soon, despite any outages and worker stops", async () => {
  const network = fc.constantFrom<Network>("there", "there", "there", "there", "there", "away", "reply lost");
  const troubledLives = fc.array(fc.array(network, { maxLength: 8 }), { maxLength: 12 });
  const queues = fc.constantFrom<string[]>(["a"], ["a", "b"], ["bad", "a"], ["a", "bad", "b"]);
  await fc.assert(
    fc.asyncProperty(queues, troubledLives, async (queue, scripts) => {
      const lives = new Lives(queue);
      for (const script of scripts) await lives.liveOnce(script);
      const deathsBefore = lives.deaths;
      for (let count = 0; lives.queue.length > 0; count++) {
        expect(count).toBeLessThanOrEqual(MAX_ATTEMPTS);
        await lives.liveOnce(null);
      }
      expect(lives.setAside).toEqual(new Set(queue.filter((name) => name === "bad")));
      expect(lives.deaths - deathsBefore).toBeLessThanOrEqual(MAX_ATTEMPTS);
      // The last worker may have left entries in its note.
      await new Worker().clearLeft();
      expect(await inLedger()).toBe(0);
    }),
    { numRuns: 300 },
  );
  expect(bugs).toEqual([]);
});

it("a suspect's key depends on its route and body, but not on redelivery or time", () => {
  const key = (...given: Parameters<typeof aDelivery>) => suspectKey(aDelivery(...given));
  expect(key({}, { receivedAtMs: 1, redelivered: true })).toBe(key({}, { receivedAtMs: 2 }));
  expect(key({}, { exchange: "ab", routingKey: "c" })).not.toBe(key({}, { exchange: "a", routingKey: "bc" }));
  expect(key({ a: 1 })).not.toBe(key({ a: 2 }));
});

it("a suspect's key differs if equal bodies are declared with different encodings", () => {
  const key = (properties?: BodyProperties) =>
    suspectKey(aDelivery({}, properties === undefined ? {} : { properties }));
  expect(key({ content_encoding: "UTF-8", content_type: "application/json" })).toBe(key());
  expect(key({ content_encoding: "gzip" })).not.toBe(key());
  expect(key({ content_encoding: "gzip" })).not.toBe(key({ compression: "gzip" }));
  expect(key({ content_encoding: "gzip" })).toBe(key({ content_encoding: "GZIP" }));
});
