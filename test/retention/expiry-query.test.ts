import { expect, it } from "@jest/globals";
import { expiryQuery, lagOf } from "../../src/retention/expiry-query.ts";

const NOW = Date.parse("2026-03-01T00:00:00Z");

it("completed jobs expire after the given days, others after twice as many", () => {
  expect(expiryQuery("try", 10, NOW)).toEqual({
    project: "try",
    finishedBefore: "2026-02-19T00:00:00.000Z",
    unfinishedBefore: "2026-02-09T00:00:00.000Z",
  });
});

it("fractions of a day count, 0 days mean for ever, and no time is before the epoch", () => {
  expect(expiryQuery("try", 0.5, NOW)?.finishedBefore).toBe("2026-02-28T12:00:00.000Z");
  expect(expiryQuery("try", 0, NOW)).toBeNull();
  expect(expiryQuery("try", 36_500, NOW)?.unfinishedBefore).toBe("1970-01-01T00:00:00.000Z");
});

it("a job's lag is at least the time since its expiry", () => {
  const query = expiryQuery("try", 10, NOW);
  if (query === null) throw new Error("there is a limit");
  expect(lagOf("2026-02-18T23:00:00.000Z", query)).toBe(3_600_000);
  expect(lagOf("2026-02-08T23:00:00.000Z", query)).toBe(3_600_000);
  expect(lagOf("2026-02-20T00:00:00.000Z", query)).toBe(0);
});
