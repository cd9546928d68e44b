import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { aDelivery, aMessage } from "../examples.ts";
import { IngestStory, until } from "./an-ingest.ts";

jest.setTimeout(180_000);
const MAX_ATTEMPTS = 3;

let story: IngestStory;
beforeEach(async () => {
  story = await IngestStory.begin();
});
afterEach(() => story.end());

it.each([
  ["the spool", {}],
  ["the broker", { spooled: null }],
])(
  "a message from %s is stored, even if the store became unavailable and the worker stopped normally each time it was in progress",
  async (_place, options) => {
    // The store becomes unavailable after the suspects are entered in the ledger, and before the job is stored.
    const storeSubmissions: typeof story.store.storeSubmissions = (batch) => {
      story.store.mood = "gone";
      return story.store.storeSubmissions(batch);
    };
    const suspect = aDelivery(aMessage(), { redelivered: true });
    for (let worker = 0; worker <= MAX_ATTEMPTS; worker++) {
      story.store.mood = "there";
      story.start({ ...options, maxAttempts: MAX_ATTEMPTS, store: { ...story.store, storeSubmissions } });
      // If it was acknowledged, it comes from the spool.
      if (story.settlements.get(suspect) !== "ack") story.deliver(suspect);
      await until(() => story.store.mood === "gone");
      await story.stop();
    }
    story.store.mood = "there";
    story.start({ ...options, maxAttempts: MAX_ATTEMPTS });
    if (story.settlements.get(suspect) !== "ack") story.deliver(suspect);
    await until(async () => (await story.real.countDocuments())["jobs"] === 1);
    await story.stop();
    expect(await story.real.countDocuments()).toMatchObject({ jobs: 1, rejections: 0, suspects: 0 });
    expect(story.times("suspect_set_aside")).toBe(0);
  },
);
