import { expect, it } from "@jest/globals";
import { createWorkCounting } from "../../../src/http/observe/open-work.ts";
import type { WorkCounts } from "../../../src/store/ports/work-store.ts";

const HOUR_MS = 3_600_000;
const counts = (pending: number): WorkCounts => ({
  logs: { pending, failed: 0 },
  suggestions: { pending: 0, failed: 0 },
});

/** A store that counts how often it was asked. */
function aStore(answer: (times: number) => Promise<WorkCounts>) {
  let asked = 0;
  return {
    asked: () => asked,
    countWork: () => {
      asked++;
      return answer(asked);
    },
  };
}

it("many callers at the same time, and soon after, cause one query", async () => {
  const store = aStore(async (times) => counts(times));
  const countWork = createWorkCounting({ everyMs: HOUR_MS, waitMs: HOUR_MS });
  expect(await Promise.all([countWork(store), countWork(store)])).toEqual([counts(1), counts(1)]);
  expect(await countWork(store)).toEqual(counts(1));
  expect(store.asked()).toBe(1);
});

it("asks again when the answer is old", async () => {
  const store = aStore(async (times) => counts(times));
  const countWork = createWorkCounting({ everyMs: 0, waitMs: HOUR_MS });
  await countWork(store);
  expect(await countWork(store)).toEqual(counts(2));
});

it("returns the previous answer while the store is slow, and sends no other query in that time", async () => {
  const store = aStore((times) => (times === 1 ? Promise.resolve(counts(1)) : new Promise(() => undefined)));
  const countWork = createWorkCounting({ everyMs: 0, waitMs: 20 });
  expect(await countWork(store)).toEqual(counts(1));
  expect(await countWork(store)).toEqual(counts(1));
  expect(await countWork(store)).toEqual(counts(1));
  expect(store.asked()).toBe(2);
});

it("returns null for an unavailable store, and does not ask it on each call", async () => {
  const store = aStore((times) =>
    times === 1 ? Promise.resolve(counts(1)) : Promise.reject(new Error("away")),
  );
  const countWork = createWorkCounting({ everyMs: 0, waitMs: HOUR_MS });
  expect(await countWork(store)).toEqual(counts(1));
  expect(await countWork(store)).toBeNull();
  const patient = createWorkCounting({ everyMs: HOUR_MS, waitMs: HOUR_MS });
  expect([await patient(null), await patient(store), await patient(store)]).toEqual([null, null, null]);
  expect(store.asked()).toBe(3);
});
