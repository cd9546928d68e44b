import { expect, it } from "@jest/globals";
import { eventLagSeconds } from "../../../src/ingest/progress/event-lag.ts";

const times = { submit_timestamp: 100, start_timestamp: 200, end_timestamp: 300 };

it.each([
  { state: "pending", expected: 400 },
  { state: "running", expected: 300 },
  { state: "completed", expected: 200 },
])("the lag of a $state job is measured from the time of that state", ({ state, expected }) => {
  expect(eventLagSeconds({ state, ...times }, 500_000)).toBe(expected);
});

it("the lag is not negative if the publisher's clock is ahead of ours", () => {
  expect(eventLagSeconds({ state: "completed", ...times }, 1000)).toBe(0);
});

it("a message without that time has no lag", () => {
  expect(eventLagSeconds({ state: "completed", ...times, end_timestamp: 0 }, 500_000)).toBeNull();
});
