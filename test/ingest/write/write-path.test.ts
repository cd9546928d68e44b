import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Delivery } from "../../../src/domain/delivery.ts";
import { type Fault, Unavailable } from "../../../src/domain/faults.ts";
import { begin, outcomesOf } from "../../../src/ingest/progress/message-progress.ts";
import { type WriteStore, writeSlice } from "../../../src/ingest/write/write-path.ts";
import { readDelivery } from "../../../src/judge/judge-delivery.ts";
import { openStore } from "../../../src/store/open-store.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import type { Arrival, StoreOutcome } from "../../../src/store/ports/submission-store.ts";
import { aDelivery, aMessage, limits, schemas } from "../../examples.ts";
import { impatient, messageOf, writeMessages } from "../write-messages.ts";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "write-path-"));
  store = await openStore({ mongodbUrl: null, dataDir: folder, rejectionTtlDays: 30 });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const rules = {
  ...{ schemas, ...limits, tiers: new Map() },
  acceptsProject: (_exchange: string, project: string) => project !== "closed",
};
const read = (delivery: Delivery) => readDelivery(delivery, rules);
const origin = { kind: "hg.mozilla.org", project: "try" };
const revision = "a".repeat(40);

/** Every reason for which a decoded message can be rejected. */
const refused: readonly [Fault["reason"], Record<string, unknown>][] = [
  ["schema-violation", aMessage({ taskId: "bad/0", state: "done" })],
  ["unreadable-time", aMessage({ taskId: "bad/0", timeCompleted: "yesterday" })],
  ["unreadable-time", aMessage({ taskId: "bad/0", logs: [aLogWithStep("25:00")] })],
  ["project-not-accepted", aMessage({ taskId: "bad/0", origin: { ...origin, revision, project: "closed" } })],
  [
    "unknown-revision-hash",
    aMessage({ taskId: "bad/0", origin: { ...origin, revision_hash: "f".repeat(40) } }),
  ],
  [
    "unusable-field",
    aMessage({ taskId: "bad/0", display: { jobName: "n", jobSymbol: "", chunkId: 1e60, groupSymbol: "g" } }),
  ],
  ["internal-error", aMessage({ taskId: "bad/0", owner: "bug" })],
];

it.each(refused)(
  "a rejection for %s has its project, task and payload, and its neighbours are stored",
  async (reason, message) => {
    const neighbours = [aMessage({ taskId: "good/0" }), aMessage({ taskId: "good/1" })];
    const [before, behind] = neighbours;
    const delivery = aDelivery([before, message, behind], { redelivered: true });
    const written = await writeMessages({ ...store, storeSubmissions }, [messageOf(delivery, read)]);
    expect(written.messages.map(outcomesOf)).toEqual([["stored", "rejected", "stored"]]);
    expect(written.jobs.map(({ end }) => end.fault?.reason)).toEqual([undefined, reason, undefined]);
    const [rejection] = await store.listRejections({ limit: 10 });
    expect(rejection).toMatchObject({
      fault: { reason },
      project: (message["origin"] as { project: string }).project,
      task_id: "bad/0",
      exchange: delivery.exchange,
      routing_key: delivery.routingKey,
      first_seen: new Date(delivery.receivedAtMs).toISOString(),
      payload: { encoding: "json", truncated: false, blanked: false },
    });
    expect(JSON.parse(rejection?.payload.content ?? "")).toEqual(message);
  },
);

it.each([
  [false, "failed", []],
  [true, "rejected", [{ fault: { reason: "internal-error" }, payload: { content: "", truncated: true } }]],
])(
  "a job whose rejection cannot be stored fails once, and then only its hash is kept (redelivered: %s)",
  async (redelivered, outcome, kept) => {
    const delivery = aDelivery([aMessage({ owner: "" }), aMessage({ owner: "", taskId: "poison/0" })], {
      redelivered,
    });
    const stumbling: WriteStore = {
      ...store,
      storeSubmissions,
      async recordRejections(rejections) {
        if (JSON.stringify(rejections).includes("poison/0")) throw new TypeError("a bug");
        return store.recordRejections(rejections);
      },
    };
    const { messages, jobs } = await writeMessages(stumbling, [messageOf(delivery, read)]);
    expect(messages.map(outcomesOf)).toEqual([["rejected", outcome]]);
    expect(jobs.map(({ end }) => end.bugs)).toEqual([[], [new TypeError("a bug")]]);
    expect(await store.listRejections({ reason: "internal-error", limit: 10 })).toMatchObject(kept);
    expect(await store.listRejections({ task_id: "guid/0", limit: 10 })).toHaveLength(1);
  },
);

describe("many long rejections", () => {
  const long = "x".repeat(65_536);
  const jobs = Array.from({ length: 40 }, (_, n) => aMessage({ taskId: `long/${n}`, state: long }));
  const delivery = aDelivery(jobs);

  it("are recorded about a mebibyte at a time, with a turn of the event loop in between", async () => {
    const calls: { readonly bytes: number; readonly turn: number }[] = [];
    let turn = 0;
    let counting = setImmediate(count);
    function count(): void {
      turn++;
      counting = setImmediate(count);
    }
    const slow: WriteStore = {
      ...store,
      async recordRejections(rejections) {
        calls.push({ bytes: rejections.reduce((sum, { payload }) => sum + payload.content.length, 0), turn });
        const until = performance.now() + 15;
        while (performance.now() < until);
        return store.recordRejections(rejections);
      },
    };
    const { messages } = await writeMessages(slow, [messageOf(delivery, read)]);
    clearImmediate(counting);
    expect(messages.map(outcomesOf)).toEqual([jobs.map(() => "rejected")]);
    expect(calls.length).toBeGreaterThan(2);
    for (const { bytes } of calls) expect(bytes).toBeLessThan(2 ** 20 + 2 * 65_536);
    expect(new Set(calls.map((call) => call.turn)).size).toBe(calls.length);
    expect(await store.listRejections({ limit: 100 })).toHaveLength(jobs.length);
  });

  it("are not recorded twice if the store becomes unavailable in between", async () => {
    let calls = 0;
    const leaving: WriteStore = {
      ...store,
      async recordRejections(rejections) {
        if (calls++ === 1) throw new Unavailable("store", "it is away");
        return store.recordRejections(rejections);
      },
    };
    const away = { store: impatient(leaving), rejectionMaxBytes: 65_536, quotaOf: () => null };
    const limitsOfBatch = { maxItems: 1000, maxBytes: 1e7 };
    const { batch, ends } = await writeSlice([begin(messageOf(delivery, read))], {
      ...away,
      batch: limitsOfBatch,
    });
    const recorded = [...ends.values()].filter((end) => end !== null);
    expect(recorded.map((end) => end.outcome)).toEqual(recorded.map(() => "rejected"));
    expect(await store.listRejections({ limit: 100 })).toHaveLength(recorded.length);
    await writeSlice(batch, { ...away, batch: limitsOfBatch });
    const kept = await store.listRejections({ limit: 100 });
    expect(kept.map(({ count }) => count)).toEqual(jobs.map(() => 1));
  });
});

/** Stores submissions, with a bug that one owner triggers. */
async function storeSubmissions(batch: readonly Arrival[]): Promise<StoreOutcome[]> {
  if (batch.some(({ submission }) => submission.job.who === "bug")) throw new TypeError("a bug");
  return store.storeSubmissions(batch);
}

function aLogWithStep(timeStarted: string): object {
  const step = {
    name: "s",
    timeStarted,
    timeFinished: "2026-01-05T10:00:00Z",
    lineStarted: 0,
    lineFinished: 1,
  };
  return { name: "live", url: "http://logs.example/1", steps: [{ ...step, result: "success" }] };
}

it("the rest of a quota is used for the first rejections, whether the message or the store caused them", async () => {
  const recorded: string[] = [];
  const recording: WriteStore = {
    ...store,
    recordRejections: (rejections) => {
      recorded.push(...rejections.map(({ fault }) => fault.reason));
      return store.recordRejections(rejections);
    },
  };
  const unknownHash = aMessage({ origin: { ...origin, revision_hash: "f".repeat(40) } });
  await writeMessages(recording, [messageOf(aDelivery([unknownHash, aMessage({ state: "done" })]))]);
  expect(recorded).toEqual(["unknown-revision-hash", "schema-violation"]);
});
