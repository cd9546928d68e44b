import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { epochSeconds } from "../../src/normalise/epoch-seconds.ts";

const NOON = 1467374400; // 2016-07-01T12:00:00Z

describe("a time is parsed", () => {
  const table: readonly (readonly [text: string, seconds: number])[] = [
    ["2016-07-01T10:00:00Z", 1467367200],
    ["2016-07-01T10:00:00", 1467367200],
    ["2016-07-01 10:00:00", 1467367200],
    ["2016-07-01T12:00:30.999+02:00", 1467367230],
    ["2016-07-01T10:00:00.999999-0130", 1467372600],
    ["2016-07-01", 1467331200],
    ["2016-07-01t12:00:00z", NOON],
    ["2016-07-01T12:00Z", NOON],
    ["2016-07-01 14:00:00 +02", NOON],
    ["2016-07-01T12:00:00,5Z", NOON],
    ["2016-07-01T12:00:00.99999999999999999999Z", NOON],
    ["2016-07-02T11:59:00+23:59", NOON],
    ["2016-02-29T00:00:00Z", 1456704000],
    ["1970-01-01T00:00:00Z", 0],
    ["1969-12-31T23:59:59Z", -1],
    ["Fri, 01 Jul 2016 12:00:00 GMT", NOON],
    ["Fri, 1 Jul 2016 14:00:00 +0200", NOON],
    ["1 Jul 2016 12:00 UT", NOON],
    ["fri, 01 jul 2016 12:00:00 utc", NOON],
  ];
  for (const [text, seconds] of table) {
    it(JSON.stringify(text), () => expect(epochSeconds(text)).toBe(seconds));
  }

  it("a fraction is truncated towards zero, and zero has no sign", () => {
    expect(Object.is(epochSeconds("1969-12-31T23:59:59.5Z"), 0)).toBe(true);
  });

  it("no offset means UTC, wherever the worker runs", () => {
    const script = `import { epochSeconds } from "./src/normalise/epoch-seconds.ts";
      console.log(epochSeconds("2016-07-01T12:00:00"), epochSeconds("2016-07-01"), new Date(0).getTimezoneOffset());`;
    const printed = execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      cwd: fileURLToPath(new URL("../../", import.meta.url)),
      env: { ...process.env, TZ: "America/Los_Angeles" },
      encoding: "utf8",
    });
    expect(printed.trim()).toBe(`${NOON} 1467331200 480`);
  });
});

describe("no time is parsed from", () => {
  const texts = [
    "",
    " ",
    "not a date",
    "foo 1",
    "now",
    "1467374400",
    "2016",
    "2016-07",
    "20160701T120000Z",
    "07/01/2016",
    "2016-07-01T24:00:00Z",
    "2016-07-01T12:60:00Z",
    "2016-07-01T12:00:60Z",
    "2016-07-01T12Z",
    "2016-02-30",
    "2016-02-30T12:00:00Z",
    "2015-02-29",
    "2016-13-01",
    "2016-00-01",
    "2016-07-01T12:00:00+24:00",
    "2016-07-01T12:00:00+02:60",
    "2016-07-01T12:00:00+2",
    "2016-07-01T12:00:00.Z",
    "2016-07-01T12:00:00\n",
    " 2016-07-01T12:00:00Z",
    "+002016-07-01T12:00:00Z",
    "２０１６-07-01",
    "Wed, 30 Feb 2016 12:00:00 GMT",
    "Fri, 01 Jul 2016 24:00:00 GMT",
    "Fri, 01 Jul 2016 12:00:60 GMT",
    "Fri, 01 Jul 2016 12:00:00 +9999",
    "Fri, 01 Jly 2016 12:00:00 GMT",
    "Fri, 01 Jul 2016 12:00:00",
  ];
  for (const text of texts) it(JSON.stringify(text), () => expect(epochSeconds(text)).toBeNull());

  it("a text of a million digits, which is refused quickly", () => {
    expect(epochSeconds(`2016-07-01T12:00:00.${"9".repeat(1_000_000)}x`)).toBeNull();
  });
});
