import { expect, it } from "@jest/globals";
import { readLimit, readPeriod, readTime } from "../../../src/cli/options/query-options.ts";

it.each(["0", "-1", "1.5", "many", "9007199254740991"])(
  "--limit %s is refused, and the error says what is allowed",
  (limit) => {
    expect(() => readLimit({ limit }, 5)).toThrow(
      `--limit must be a whole number from 1 to 2147483647; it is "${limit}"`,
    );
  },
);

it("a limit is the given one or the default", () => {
  expect([readLimit({ limit: "7" }, 5), readLimit({}, 5)]).toEqual([7, 5]);
});

it.each([
  ...["12", "foo 5", "99999999999d", "2026-13-01"],
  ...["2026-02-31", "2025-02-29T10:00:00Z", "2026-01-05 (noon)", "2026-01-05 10:00 EST"],
])("a time is not %s", (text) => {
  expect(() => readTime("--since", text)).toThrow(/^--since must be a time such as /);
});

it.each([
  ["2026-01-05", "2026-01-05T00:00:00.000Z"],
  ["2028-02-29", "2028-02-29T00:00:00.000Z"],
  ["2026-01-05T10:00:00Z", "2026-01-05T10:00:00.000Z"],
  ["2026-01-05T10:00:00.25Z", "2026-01-05T10:00:00.250Z"],
  ["2026-01-05 10:00", "2026-01-05T10:00:00.000Z"],
  ["2026-01-05 10:00+02:00", "2026-01-05T08:00:00.000Z"],
])("%s is a time", (text, iso) => {
  expect(readTime("--since", text)).toBe(iso);
});

it("a time may be given as a duration before now", () => {
  expect(Date.now() - Date.parse(readTime("--since", "12h"))).toBeGreaterThanOrEqual(12 * 3_600_000);
});

it.each([
  [{ since: "2026-01-06", until: "2026-01-05" }],
  [{ since: "2026-01-05", until: "2026-01-05T00:00:00Z" }],
  [{ since: "1h", until: "2h" }],
])("the period %j cannot contain anything, so it is refused", (options) => {
  expect(() => readPeriod(options)).toThrow(/^--since must be before --until; they are 2/);
});

it("either end of a period may be left out", () => {
  const [since, until] = ["2026-01-05T00:00:00.000Z", "2026-01-06T00:00:00.000Z"];
  expect(readPeriod({ since: "2026-01-05", until: "2026-01-06" })).toEqual({ since, until });
  expect([readPeriod({}), readPeriod({ since }), readPeriod({ until })]).toEqual([{}, { since }, { until }]);
});
