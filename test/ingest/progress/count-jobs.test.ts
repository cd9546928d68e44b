import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { aDelivery, aMessage } from "../../examples.ts";
import { IngestStory, until } from "../an-ingest.ts";

let story: IngestStory;
beforeEach(async () => {
  story = await IngestStory.begin();
});
afterEach(() => story.end());

it("measures the time of messages from their arrival to their end, which is never negative", async () => {
  story.start({ listedExchanges: () => ["a", "b"] });
  const arrivedAt = (receivedAtMs: number, exchange: string) =>
    aDelivery(aMessage({ taskId: exchange }), { exchange, receivedAtMs });
  // The clock was set back after the second message had arrived.
  story.deliver(arrivedAt(Date.now() - 60_000, "a"), arrivedAt(Date.now() + 60_000, "b"));
  await until(() => story.settlements.size === 2);
  const { values } = await story.counters.lagSeconds.get();
  const sums = values.filter(({ metricName }) => metricName?.endsWith("_sum"));
  const lagOf = (exchange: string) => sums.find(({ labels }) => labels.exchange === exchange)?.value;
  expect(lagOf("a")).toBeGreaterThanOrEqual(60);
  expect(lagOf("b")).toBe(0);
});

it("counts messages that change a job of another exchange under their own exchange", async () => {
  story.start({ listedExchanges: () => ["a", "b"] });
  const through = (exchange: string, state: string) =>
    aDelivery(aMessage({ state, result: state === "completed" ? "success" : undefined }), { exchange });
  const deliveries = [through("a", "pending"), through("b", "running"), through("a", "completed")];
  story.deliver(...deliveries, through("b", "completed"));
  await until(() => story.settlements.size === 4);
  const { values } = await story.counters.changedByOthers.get();
  expect(values).toEqual([{ labels: { exchange: "b" }, value: 1 }]);
});
