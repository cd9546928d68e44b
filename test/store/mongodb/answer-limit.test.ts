import { expect, it } from "@jest/globals";
import { withinLimit } from "../../../src/store/mongodb/answer-limit.ts";

it("a question that is never answered is the store being away, after the limit", async () => {
  const ask = withinLimit(() => new Promise<never>(() => undefined), 20);
  await expect(ask()).rejects.toMatchObject({ name: "Unavailable", message: /does not answer/ });
});

it("an answer in time is given as it is, an error too", async () => {
  expect(await withinLimit(async (n: number) => n + 1, 10_000)(1)).toBe(2);
  await expect(withinLimit(() => Promise.reject(new Error("no")), 10_000)()).rejects.toThrow("no");
});
