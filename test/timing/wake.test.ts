import { expect, it } from "@jest/globals";
import { Wake } from "../../src/timing/wake.ts";

it("wakes all loops that are waiting", async () => {
  const wake = new Wake();
  const waiting = Promise.all([wake.wait(3_600_000), wake.wait(3_600_000)]);
  wake.all();
  await waiting;
});

it("does not wake loops that start to wait later", async () => {
  const wake = new Wake();
  wake.all();
  expect(wake.signal.aborted).toBe(false);
  const before = performance.now();
  await wake.wait(20);
  expect(performance.now() - before).toBeGreaterThanOrEqual(19);
});

it("returns a signal that stays aborted, so that a loop does not miss work that arrives while it looks for work", () => {
  const wake = new Wake();
  const { signal } = wake;
  wake.all();
  expect(signal.aborted).toBe(true);
});
