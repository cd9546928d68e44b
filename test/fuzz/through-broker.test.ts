import { expect, it, jest } from "@jest/globals";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../servers/shared-servers.ts";
import { fuzzThroughBroker } from "./through-broker.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);

broker.describe(`through ${broker.name}`, () => {
  it("a message with any changed properties and headers arrives once, in order and unchanged", async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const { failures, messages, refused } = await fuzzThroughBroker(broker.server().url, seed, 300);
    expect(failures.map((failure) => `seed ${seed}, ${failure}`)).toEqual([]);
    expect(messages).toBe(300);
    // Otherwise the changes would be too small, or too large, to show anything.
    expect(refused).toBeGreaterThan(10);
    expect(refused).toBeLessThan(290);
  });
});
