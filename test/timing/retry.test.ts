import { expect, it } from "@jest/globals";
import { retry } from "../../src/timing/retry.ts";

const quick = { baseMs: 1, capMs: 2 };

it("does the work until it succeeds, and tells of each failure", async () => {
  const told: string[] = [];
  const result = await retry(
    async (failures) => {
      if (failures < 3) throw new Error(`attempt ${failures + 1}`);
      return "done";
    },
    {
      backoff: quick,
      onFailure: (error, failures) => {
        told.push(`${failures}: ${error instanceof Error && error.message}`);
        return undefined;
      },
    },
  );
  expect(result).toBe("done");
  expect(told).toEqual(["1: attempt 1", "2: attempt 2", "3: attempt 3"]);
});

it("gives up with what the listener throws", async () => {
  const work = async (): Promise<never> => {
    throw new Error("away");
  };
  const onFailure = (_error: unknown, failures: number): undefined => {
    if (failures === 3) throw new Error("given up after 3");
  };
  await expect(retry(work, { backoff: quick, onFailure })).rejects.toThrow("given up after 3");
});

it("waits no longer once it is stopped", async () => {
  const stop = new AbortController();
  let attempts = 0;
  const result = retry(
    async () => {
      if (++attempts < 2) throw new Error("away");
      return attempts;
    },
    { backoff: { baseMs: 3_600_000, capMs: 3_600_000 }, stop: stop.signal, onFailure: () => undefined },
  );
  stop.abort();
  expect(await result).toBe(2);
});

it("takes a shorter pause where the listener says so", async () => {
  let attempts = 0;
  const work = async (): Promise<number> => {
    if (++attempts < 3) throw new Error("away");
    return attempts;
  };
  const slow = { baseMs: 3_600_000, capMs: 3_600_000 };
  expect(await retry(work, { backoff: slow, onFailure: () => quick })).toBe(3);
});
