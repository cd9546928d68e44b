import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import type { Delivery } from "../../../src/domain/delivery.ts";
import type { Fault } from "../../../src/domain/faults.ts";
import { outcomesOf } from "../../../src/ingest/progress/message-progress.ts";
import type { WriteStore } from "../../../src/ingest/write/write-path.ts";
import { readDelivery } from "../../../src/judge/judge-delivery.ts";
import { openStore } from "../../../src/store/open-store.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import type { Arrival, StoreOutcome } from "../../../src/store/ports/submission-store.ts";
import { aDelivery, aMessage, limits, schemas } from "../../examples.ts";
import { messageOf, writeMessages } from "../write-messages.ts";

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

/** Stores submissions with a bug that one owner triggers. */
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
