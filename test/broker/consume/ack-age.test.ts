import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { watchAckAge } from "../../../src/broker/consume/ack-age.ts";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

it("reports a delivery that is held for too long once per crossing, and again when that is over", () => {
  const told: string[] = [];
  const tell = (event: string, { oldest_seconds }: Readonly<Record<string, unknown>> = {}): void =>
    void told.push(`${event} ${oldest_seconds}`);
  let oldestMs = 0;
  const watch = watchAckAge({
    source: { state: () => ({ queue: "q", unsettled: 400, oldestMs }) },
    timeoutMs: 1_800_000,
    trouble: () => "store unavailable: connection refused",
    log: { error: tell, warn: tell, info: tell, debug: tell },
  });
  // Each of these ages is checked several times. A store that is only slow may hover around half of the limit.
  for (const seconds of [0, 899, 900, 1799, 880, 910, 450, 0, 900]) {
    oldestMs = seconds * 1000;
    jest.advanceTimersByTime(3000);
  }
  expect(told).toEqual(["ack_age_warning 900", "ack_age_ok 450", "ack_age_warning 900"]);
  watch.stop();
  oldestMs = 0;
  jest.advanceTimersByTime(3000);
  expect(told).toHaveLength(3);
});
