import { expect, it } from "@jest/globals";
import { historyOf, type Sample } from "../../../src/http/observe/recent-figures.ts";
import { createCounters } from "../../../src/metrics/counters.ts";
import { figuresBySender } from "../../../src/metrics/sender-figures.ts";

const noLag = { count: 0, sum: 0, buckets: [] };

function sample(seconds: number, stored: number, queueReady: number | null): Sample {
  const outcomes = { stored, unchanged: 0, skipped: 0, rejected: 0, failed: 0 };
  return { atMs: 1000 * seconds, outcomes, arrivalLag: noLag, storedLag: noLag, queueReady };
}

it("the history has the rates of each step, and the queue depth at its end", () => {
  const samples = [sample(0, 0, 7), sample(10, 25, null), sample(20, 25, 3), sample(32, 37, 0)];
  expect(historyOf(samples)).toMatchObject({
    step_seconds: 10,
    outcomes_per_second: { stored: [2.5, 0, 1], failed: [0, 0, 0] },
    queue_ready: [null, 3, 0],
  });
});

it("the history of a worker that has just started is empty", () => {
  expect(historyOf([sample(0, 0, null)])).toMatchObject({
    outcomes_per_second: { stored: [] },
    queue_ready: [],
  });
});

it("jobs are counted by exchange and by client, and the two are kept apart", async () => {
  const counters = createCounters();
  counters.received.inc({ exchange: "e/jobs" }, 5);
  counters.received.inc({ exchange: "client:bot" }, 2);
  counters.ended.inc({ exchange: "e/jobs", outcome: "stored" }, 4);
  counters.ended.inc({ exchange: "client:bot", outcome: "rejected" }, 2);
  counters.lastReceivedMs.set("client:bot", Date.parse("2026-01-05T10:00:00Z"));
  const none = { stored: 0, unchanged: 0, skipped: 0, rejected: 0, failed: 0 };
  expect(await figuresBySender(counters)).toEqual({
    exchanges: [{ exchange: "e/jobs", received: 5, ended: { ...none, stored: 4 }, last_received_at: null }],
    clients: [
      {
        client_id: "bot",
        received: 2,
        ended: { ...none, rejected: 2 },
        last_received_at: "2026-01-05T10:00:00.000Z",
      },
    ],
  });
});
