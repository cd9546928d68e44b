import { expect, it } from "@jest/globals";
import { stepDuration } from "../../../src/logs/parse/step-duration.ts";

const day = (time: string): string => `2016-07-01 ${time}`;

it.each([
  ["less than a half", day("10:00:00"), day("10:00:00.499999"), 0],
  ["a half is rounded up", day("10:00:00"), day("10:00:00.5"), 1],
  ["one and a half", day("10:00:00"), day("10:00:01.5"), 2],
  ["two and a half is rounded up too", day("10:00:00"), day("10:00:02.500000"), 3],
  ["minus a half is rounded away from zero", day("10:00:00.5"), day("10:00:00"), -1],
  ["minus one and a half", day("10:00:01.5"), day("10:00:00"), -2],
  ["less than a half backwards", day("10:00:00.499999"), day("10:00:00"), 0],
  ["minus two seconds", day("10:00:02"), day("10:00:00"), -2],
  ["over midnight", day("23:59:59.9"), "2016-07-02 00:00:00.1", 0],
  ["over the 29th of February", "2016-02-28 00:00:00", "2016-03-01 00:00:00", 172_800],
  ["a fraction of one digit", day("10:00:00.1"), day("10:00:00.6"), 1],
  ["the first possible year", "0001-01-01 00:00:00", "0001-01-01 00:00:01", 1],
  [
    "many centuries, to the microsecond",
    "0001-01-01 00:00:00.000001",
    "9999-12-31 23:59:59.500001",
    315_537_897_600,
  ],
])("%s", (_case, started, finished, seconds) => {
  expect(stepDuration(started, finished)).toBe(seconds);
});

it.each([
  ["a T between date and time", "2016-07-01T10:00:00"],
  ["a month 0", "2016-00-01 10:00:00"],
  ["a month 13", "2016-13-01 10:00:00"],
  ["a 30th of February", "2016-02-30 10:00:00"],
  ["a 29th of February outside of a leap year", "2015-02-29 10:00:00"],
  ["an hour 24", day("24:00:00")],
  ["a minute 60", day("10:60:00")],
  ["a second 60", day("10:00:60")],
  ["a year 0", "0000-01-01 10:00:00"],
  ["a fraction of seven digits", day("10:00:00.1234567")],
  ["a point without a fraction", day("10:00:00.")],
  ["a zone", day("10:00:00Z")],
  ["a space after it", `${day("10:00:00")} `],
  ["a space before it", ` ${day("10:00:00")}`],
  ["a date without a time", "2016-07-01"],
  ["nothing", ""],
])("a duration is null for %s, at either end", (_case, text) => {
  expect(stepDuration(text, day("10:00:00"))).toBeNull();
  expect(stepDuration(day("10:00:00"), text)).toBeNull();
});

it("a duration is null if a step has no start or no finish", () => {
  expect(stepDuration(null, day("10:00:00"))).toBeNull();
  expect(stepDuration(day("10:00:00"), null)).toBeNull();
});
