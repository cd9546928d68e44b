import { expect, it } from "@jest/globals";
import { limitWork } from "../../../../src/http/pages/serve/limit-work.ts";

it("two tasks run at the same time, ten wait in order, and the next one is refused", async () => {
  const limit = limitWork({ atOnce: 2, waiting: 10 });
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const work = (n: number) => () =>
    new Promise<number>((resolve) => {
      begun.push(n);
      ends.push(() => resolve(n));
    });
  const started = Array.from({ length: 12 }, (_, n) => limit.run(work(n)));
  expect(started).not.toContain(null);
  await new Promise(setImmediate);
  expect(begun).toEqual([0, 1]);
  expect(limit.run(work(12))).toBeNull();

  ends[0]?.();
  expect(await started[0]).toBe(0);
  await new Promise(setImmediate);
  expect(begun).toEqual([0, 1, 2]);
  const late = limit.run(work(13));
  expect(late).not.toBeNull();
  for (let n = 1; n < 13; n++) {
    ends[n]?.();
    await new Promise(setImmediate);
  }
  expect(await Promise.all(started.map((each) => each ?? -1))).toEqual(
    Array.from({ length: 12 }, (_, n) => n),
  );
  expect(await late).toBe(13);
});

it("a failed task frees its place", async () => {
  const limit = limitWork({ atOnce: 1, waiting: 0 });
  await expect(limit.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await limit.run(async () => "yes")).toBe("yes");
});
