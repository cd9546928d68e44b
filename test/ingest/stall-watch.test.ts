import { expect, it } from "@jest/globals";
import { StallWatch } from "../../src/ingest/stall-watch.ts";

it("an idle worker is not stalled, however long it is idle", () => {
  const watch = new StallWatch();
  expect(watch.stalledMs(1e6)).toBe(0);
  watch.taken(1e6);
  watch.ended(1e6 + 10);
  expect(watch.stalledMs(2e6)).toBe(0);
});

it("the clock starts with the first delivery, and later ones do not restart it", () => {
  const watch = new StallWatch();
  watch.taken(1000);
  watch.taken(1500);
  expect(watch.stalledMs(1600)).toBe(600);
});

it("each delivery that ends restarts the clock for the remaining ones", () => {
  const watch = new StallWatch();
  watch.taken(1000);
  watch.taken(1000);
  watch.ended(1500);
  expect(watch.stalledMs(1600)).toBe(100);
});

it("the clock can be restarted when an unavailable store is back", () => {
  const watch = new StallWatch();
  watch.taken(0);
  watch.restarted(900_000);
  expect(watch.stalledMs(900_100)).toBe(100);
});
