import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { aDelivery, aMessage } from "../../examples.ts";
import { IngestStory, until } from "../an-ingest.ts";

let story: IngestStory;
beforeEach(async () => {
  story = await IngestStory.begin();
});
afterEach(() => story.end());

it("counts messages that change a job of another exchange, by their own exchange", async () => {
  story.start({ listedExchanges: () => ["a", "b"] });
  const through = (exchange: string, state: string) =>
    aDelivery(aMessage({ state, result: state === "completed" ? "success" : undefined }), { exchange });
  const deliveries = [through("a", "pending"), through("b", "running"), through("a", "completed")];
  story.deliver(...deliveries, through("b", "completed"));
  await until(() => story.settlements.size === 4);
  const { values } = await story.counters.changedByOthers.get();
  expect(values).toEqual([{ labels: { exchange: "b" }, value: 1 }]);
});
