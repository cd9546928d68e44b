import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { awaitEnd, toAwaited } from "../../../src/cli/commands/await-end.ts";
import { Unavailable } from "../../../src/domain/faults.ts";
import { toRejection } from "../../../src/ingest/write/to-rejection.ts";
import { judgeDelivery } from "../../../src/judge/judge-delivery.ts";
import { openStore } from "../../../src/store/open-store.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import { aDelivery, aMessage, anArrival, limits, schemas } from "../../examples.ts";
import { messageOf } from "../../ingest/write-messages.ts";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "await-end-"));
  store = await openStore({ mongodbUrl: null, dataDir: folder, rejectionTtlDays: 30 });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const delivery = aDelivery(aMessage({ state: "running" }), { receivedAtMs: Date.now() });
const [verdict] = judgeDelivery(delivery, {
  schemas,
  ...limits,
  tiers: new Map(),
  acceptsProject: () => true,
});
if (verdict?.kind !== "accepted") throw new Error("the example is not accepted");

/** The worker's registry does not accept this message's project. */
const refused = toRejection(
  messageOf(delivery),
  {
    fault: { reason: "project-not-accepted", project: "try", exchange: delivery.exchange },
    payload: verdict.payload,
    project: "try",
    task_id: "guid/0",
  },
  1000,
);

const soon = (): number => performance.now() + 300;
const inAMinute = (): number => performance.now() + 60_000;

describe("the end of a published message", () => {
  it.each(["running", "completed"])("is seen when the job is %s, and not before", async (state) => {
    await store.storeSubmissions([anArrival({ state: "pending" })]);
    const awaited = await toAwaited(delivery, verdict, store);
    expect(await awaitEnd(awaited, store, soon())).toEqual({ kind: "late" });
    const end = awaitEnd(awaited, store, inAMinute());
    await store.storeSubmissions([anArrival({ state })]);
    expect(await end).toEqual({ kind: "stored", state });
  });

  it("is its new rejection, even if another message has stored the job", async () => {
    await store.recordRejections([refused]);
    await store.storeSubmissions([anArrival({ state: "completed" })]);
    const awaited = await toAwaited(delivery, verdict, store);
    expect(await awaitEnd(awaited, store, soon())).toMatchObject({ kind: "stored" });
    await store.recordRejections([refused]);
    expect(await awaitEnd(awaited, store, soon())).toMatchObject({ kind: "rejected", fault: refused.fault });
  });

  it("is awaited while the store is unavailable", async () => {
    const awaited = await toAwaited(delivery, verdict, store);
    await store.storeSubmissions([anArrival({ state: "running" })]);
    let looks = 0;
    const away: Pick<Store, "findJob" | "findRejection"> = {
      findJob: store.findJob,
      async findRejection(id) {
        looks++;
        if (looks <= 2) throw new Unavailable("store", "connection refused");
        return store.findRejection(id);
      },
    };
    expect(await awaitEnd(awaited, away, inAMinute())).toMatchObject({ kind: "stored" });
    expect(looks).toBeGreaterThan(2);
  });
});
