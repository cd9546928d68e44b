import { expect, it } from "@jest/globals";
import { StallWatch } from "../../src/ingest/stall-watch.ts";

it("an idle worker is not stalled, however long it is idle", () => {
  const watch = new StallWatch();
  expect(watch.stalledMs(1e6)).toBe(0);
  watch.taken(1e6);
  watch.ended(1e6 + 10);
  expect(watch.stalledMs(2e6)).toBe(0);
});

it("the clock starts with the first that comes, and not anew with each that comes after", () => {
  const watch = new StallWatch();
  watch.taken(1000);
  watch.taken(1500);
  expect(watch.stalledMs(1600)).toBe(600);
});

it("each that ends starts the clock anew for those that are left", () => {
  const watch = new StallWatch();
  watch.taken(1000);
  watch.taken(1000);
  watch.ended(1500);
  expect(watch.stalledMs(1600)).toBe(100);
});

it("what waited for an absent store has its full time again when that is back", () => {
  const watch = new StallWatch();
  watch.taken(0);
  watch.restarted(900_000);
  expect(watch.stalledMs(900_100)).toBe(100);
});
