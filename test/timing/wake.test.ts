import { expect, it } from "@jest/globals";
import { Wake } from "../../src/timing/wake.ts";

it("wakes all that wait", async () => {
  const wake = new Wake();
  const waiting = Promise.all([wake.wait(3_600_000), wake.wait(3_600_000)]);
  wake.all();
  await waiting;
});

it("does not wake those that come later", async () => {
  const wake = new Wake();
  wake.all();
  expect(wake.signal.aborted).toBe(false);
  const before = performance.now();
  await wake.wait(20);
  expect(performance.now() - before).toBeGreaterThanOrEqual(19);
});

it("gives a signal that remembers, for what comes while a loop looks for work", () => {
  const wake = new Wake();
  const { signal } = wake;
  wake.all();
  expect(signal.aborted).toBe(true);
});
