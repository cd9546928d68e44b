import { expect, it } from "@jest/globals";
import { withinLimit } from "../../../src/store/mongodb/answer-limit.ts";

it("a call that is never answered counts as an absent store after the limit", async () => {
  const answer = withinLimit(() => new Promise<never>(() => undefined), 20);
  await expect(answer).rejects.toMatchObject({ name: "Unavailable", message: /does not answer/ });
});

it("an answer in time is returned as it is, and so is an error", async () => {
  expect(await withinLimit(async () => 2, 10_000)).toBe(2);
  await expect(withinLimit(() => Promise.reject(new Error("no")), 10_000)).rejects.toThrow("no");
});
