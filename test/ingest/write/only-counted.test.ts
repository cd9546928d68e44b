import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { OnlyCountedNotice } from "../../../src/ingest/write/only-counted.ts";
import { outcomeTotals, rejectionTotals, totalOf } from "../../../src/metrics/counters.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { defaultStoreLimits } from "../../../src/store/rules/store-limits.ts";
import { aDelivery } from "../../examples.ts";
import { IngestStory, until } from "../an-ingest.ts";

let story: IngestStory;
beforeEach(async () => {
  story = await IngestStory.begin();
});
afterEach(() => story.end());

it("a message beyond the quota is rejected and acknowledged, but only logged and counted, not kept", async () => {
  const store = await openStore({
    ...{ mongodbUrl: null, dataDir: `${story.folder}/limited`, rejectionTtlDays: 30 },
    limits: { ...defaultStoreLimits, rejectionQuota: { perDay: 5, bytesPerDay: 0 } },
  });
  story.start({
    store,
    quotaOf: (exchange) => (exchange === "exchange/publisher/jobs" ? exchange : "other"),
  });
  const listed = Array.from({ length: 30 }, (_, n) => aDelivery({ n }));
  // A stranger creates an exchange for each message, but all of them share one quota.
  const others = Array.from({ length: 12 }, (_, n) => aDelivery({ n }, { exchange: `exchange/x/${n}` }));
  const all = [...listed, ...others];
  story.deliver(...all);
  await until(() => all.every((delivery) => story.settlements.has(delivery)));
  expect(new Set(story.settlements.values())).toEqual(new Set(["ack"]));
  expect(await outcomeTotals(story.counters)).toMatchObject({ rejected: 42, failed: 0 });
  expect(await rejectionTotals(story.counters)).toEqual({ "schema-violation": 42 });
  expect(await store.listRejections({ limit: 100 })).toHaveLength(10);
  expect(await totalOf(story.counters.rejectionsOnlyCounted)).toBe(32);
  expect(await store.listOnlyCounted({})).toMatchObject([
    { exchange: "exchange/publisher/jobs", messages: 25 },
    { exchange: "other", messages: 7 },
  ]);
  // Logged at the first and the tenth message of one quota, and at the first message of the other.
  expect(story.times("rejections_only_counted")).toBe(3);
  const { received, accounted } = await story.law();
  expect(accounted).toBe(received);
  await store.close();
});

it("a warning is logged for the 1st, 10th, 100th message of an exchange and day, and so on", () => {
  const told: unknown[] = [];
  const ignore = (): void => undefined;
  const warn = (_event: string, fields: object = {}): void => void told.push({ ...fields, hint: "" });
  const notice = new OnlyCountedNotice({ error: ignore, warn, info: ignore, debug: ignore });
  const monday = Date.parse("2026-01-05T10:00:00Z");
  const tuesday = monday + 86_400_000;
  for (let n = 0; n < 1500; n++) notice.add("e", monday);
  notice.add("f", monday);
  notice.add("e", tuesday);
  const entry = (exchange: string, day: string, messages: number) => ({ exchange, day, messages, hint: "" });
  expect(told).toEqual([
    ...[1, 10, 100, 1000].map((messages) => entry("e", "2026-01-05", messages)),
    entry("f", "2026-01-05", 1),
    entry("e", "2026-01-06", 1),
  ]);
});
