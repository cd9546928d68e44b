import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "@jest/globals";
import { startWorkLane, type WorkLaneOptions } from "../../../src/logs/work/work-lane.ts";
import type { WorkItem } from "../../../src/store/ports/work-store.ts";
import { until } from "../../until.ts";

/** Work that is added while a lane claims it, and the sizes of the claims. */
function aLane(options: Pick<WorkLaneOptions, "slots" | "refillAt" | "gatherMs">) {
  const due: WorkItem[] = [];
  const claims: number[] = [];
  const inWork = new Set<() => void>();
  const lane = startWorkLane({
    ...options,
    async claim(limit) {
      const items = due.splice(0, limit);
      claims.push(items.length);
      return items;
    },
    async handle() {
      await new Promise<void>((resolve) => inWork.add(resolve));
    },
    onClaimError: (error) => {
      throw error;
    },
    idle: { baseMs: 60_000, capMs: 60_000 },
  });
  let added = 0;
  return {
    lane,
    claims,
    inWork,
    add() {
      const name = String(++added);
      due.push({
        ...{ kind: "suggestions", id: name, project: "try", job_guid: name, exchange: "e", lease: "l" },
        ...{ attempts: 0, failure: null, blob: "{}" },
      });
      lane.nudge();
    },
    async end(items: number) {
      for (const resolve of [...inWork].slice(0, items)) {
        inWork.delete(resolve);
        resolve();
      }
      await nextTurn();
    },
  };
}

it("items that are added one after the other are claimed together", async () => {
  const { lane, claims, inWork, add, end } = aLane({ slots: 50, refillAt: 25, gatherMs: 2000 });
  for (let item = 0; item < 20; item++) {
    add();
    await nextTurn();
  }
  await until(() => inWork.size === 20);
  expect(claims.filter((items) => items > 0).length).toBeLessThanOrEqual(2);
  await Promise.all([lane.stop(), end(20)]);
});

it("a lane whose slots are all taken claims again only when few enough items are in progress", async () => {
  const { lane, claims, inWork, add, end } = aLane({ slots: 10, refillAt: 5, gatherMs: 0 });
  for (let item = 0; item < 18; item++) add();
  await until(() => inWork.size === 10);
  await end(4);
  expect(inWork.size).toBe(6);
  await end(1);
  await until(() => inWork.size === 10);
  await end(10);
  await until(() => inWork.size === 3);
  expect(claims.filter((items) => items > 0)).toEqual([10, 5, 3]);
  await Promise.all([lane.stop(), end(3)]);
});

it("a lane that gathers items stops immediately", async () => {
  const { lane, add } = aLane({ slots: 10, refillAt: 5, gatherMs: 60_000 });
  await nextTurn();
  add();
  await nextTurn();
  await lane.stop();
});
