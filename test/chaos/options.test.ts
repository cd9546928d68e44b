import { expect, it } from "@jest/globals";
import { readOptions } from "./options.ts";

it("without arguments, the options are those of the full run", () => {
  const stores = ["sqlite", "mongodb"];
  expect(readOptions([])).toMatchObject({ kind: "faults", messages: 100_000, faults: 50, rate: 200, stores });
});

it("reads the length of an outage, and the rate of a burst", () => {
  expect(readOptions(["--outage", "30m"])).toMatchObject({ kind: "outage", outageMs: 1_800_000, rate: 50 });
  expect(readOptions(["--outage", "20s"])).toMatchObject({ outageMs: 20_000, stores: ["mongodb"] });
  expect(readOptions(["--burst"])).toMatchObject({ kind: "burst", messages: 20_000, rate: 334 });
});

it.each([
  [["--outage", "30"], /seconds or minutes/],
  [["--outage", "1m", "--store", "sqlite"], /embedded store/],
  [["--outage", "1m", "--burst"], /two runs/],
  [["--store", "oracle"], /sqlite/],
  [["--messages", "many"], /number/],
  [["--fault", "3"], /--fault/],
])("%j is reported as an error", (args, why) => {
  expect(readOptions(args)).toMatch(why);
});

it("prints help", () => expect(readOptions(["--help"])).toBeNull());
