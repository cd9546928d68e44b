import { expect, it, jest } from "@jest/globals";
import { retry } from "../../src/timing/retry.ts";

const quick = { baseMs: 1, capMs: 2 };
const slow = { baseMs: 3_600_000, capMs: 3_600_000 };

/** Returns work that fails several times before it succeeds. It returns the number of the attempt. */
function failing(times: number): () => Promise<number> {
  let attempts = 0;
  return async () => {
    if (++attempts <= times) throw new Error(`attempt ${attempts}`);
    return attempts;
  };
}

it("repeats the work until it succeeds, and reports each failure", async () => {
  const reported: string[] = [];
  const onFailure = (error: unknown, failures: number): undefined => {
    reported.push(`${failures}: ${error instanceof Error && error.message}`);
  };
  expect(await retry(failing(3), { backoff: quick, onFailure })).toBe(4);
  expect(reported).toEqual(["1: attempt 1", "2: attempt 2", "3: attempt 3"]);
});

it("gives up when `onFailure` throws, and throws the same error", async () => {
  const onFailure = (_error: unknown, failures: number): undefined => {
    if (failures === 3) throw new Error("given up after 3");
  };
  await expect(retry(failing(9), { backoff: quick, onFailure })).rejects.toThrow("given up after 3");
});

it("does not pause after it has been stopped", async () => {
  const stop = new AbortController();
  const result = retry(failing(1), { backoff: slow, stop: stop.signal, onFailure: () => undefined });
  stop.abort();
  expect(await result).toBe(2);
});

it("uses the backoff that `onFailure` returns", async () => {
  expect(await retry(failing(2), { backoff: slow, onFailure: () => quick })).toBe(3);
});

it("makes no attempt after the given time, and throws the error of the last one", async () => {
  let nowMs = 0;
  const clock = jest.spyOn(Date, "now").mockImplementation(() => nowMs);
  const fail = failing(Number.POSITIVE_INFINITY);
  const work = (): Promise<number> => {
    nowMs += 10;
    return fail();
  };
  const backoff = { baseMs: 1, capMs: 1 };
  const result = retry(work, { backoff, untilMs: 50, onFailure: () => undefined });
  // Each attempt takes 10 ms.
  await expect(result).rejects.toThrow("attempt 5");
  clock.mockRestore();
});
