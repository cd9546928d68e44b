import { expect, it, jest } from "@jest/globals";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../servers/shared-servers.ts";
import { judgeMutants } from "./judge-mutants.ts";
import { mutant } from "./mutate.ts";
import { randomOf } from "./random.ts";
import { fuzzThroughBroker } from "./through-broker.ts";

jest.setTimeout(120_000);
const COUNT = 10_000;
const broker = await serverOrSkip(sharedRabbitmq);

it("whatever happens to a message, it ends in a verdict that holds (npm run fuzz: a million of them)", () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { failures, verdicts, messages } = judgeMutants(seed, COUNT);
  expect(failures.map(({ index, what }) => `seed ${seed}, message ${index}: ${what}`)).toEqual([]);
  expect(messages).toBe(COUNT);
  // Else the mutations would be too tame, or too wild, to show anything.
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

it("the same seed gives the same messages, and another seed others", () => {
  const some = (seed: number) =>
    Array.from({ length: 50 }, (_, index) => mutant(randomOf(seed, index)).toString("base64"));
  expect(some(7)).toEqual(some(7));
  expect(some(7)).not.toEqual(some(8));
});

broker.describe(`through ${broker.name}`, () => {
  it("whatever happens to a message's properties and headers, it comes once, in order and as it was sent", async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const { failures, messages, refused } = await fuzzThroughBroker(broker.server().url, seed, 300);
    expect(failures.map((failure) => `seed ${seed}, ${failure}`)).toEqual([]);
    expect(messages).toBe(300);
    // Otherwise the changes would be too tame, or too wild, to show anything.
    expect(refused).toBeGreaterThan(10);
    expect(refused).toBeLessThan(290);
  });
});
