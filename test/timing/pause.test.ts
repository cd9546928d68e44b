import { expect, it } from "@jest/globals";
import { pause } from "../../src/timing/pause.ts";

it("ends after its time", async () => {
  const before = performance.now();
  await pause(20);
  expect(performance.now() - before).toBeGreaterThanOrEqual(19);
});

it("ends without an error when its signal is aborted, even if that was before it began", async () => {
  const stop = new AbortController();
  const pausing = pause(3_600_000, stop.signal);
  stop.abort();
  await pausing;
  await pause(3_600_000, stop.signal);
});
