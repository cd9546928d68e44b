import { expect, it, jest } from "@jest/globals";
import { judgeMutants } from "./judge-mutants.ts";
import { mutant } from "./mutate.ts";
import { randomOf } from "./random.ts";

jest.setTimeout(180_000);
const COUNT = 10_000;

it("every changed message ends with the right verdict (npm run fuzz: a million of them)", () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { failures, verdicts, messages } = judgeMutants(seed, COUNT);
  expect(failures.map(({ index, what }) => `seed ${seed}, message ${index}: ${what}`)).toEqual([]);
  expect(messages).toBe(COUNT);
  // Otherwise the changes would be too small, or too large, to show anything.
  for (const kind of [
    "accepted",
    "skipped",
    "rejected: schema-violation",
    "rejected: malformed-body",
    "rejected: unreadable-time",
  ]) {
    expect(verdicts[kind] ?? 0).toBeGreaterThan(COUNT / 250);
  }
});

it("the same seed gives the same messages, and another seed gives others", () => {
  const some = (seed: number) =>
    Array.from({ length: 50 }, (_, index) => mutant(randomOf(seed, index)).toString("base64"));
  expect(some(7)).toEqual(some(7));
  expect(some(7)).not.toEqual(some(8));
});
