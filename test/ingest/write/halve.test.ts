import { expect, it } from "@jest/globals";
import { Unavailable } from "../../../src/domain/faults.ts";
import { halve } from "../../../src/ingest/write/halve.ts";

const doubled = async (items: readonly number[]): Promise<number[]> => {
  const negative = items.find((item) => item < 0);
  if (negative !== undefined) throw new TypeError(`negative: ${negative}`);
  return items.map((item) => item * 2);
};
const result = (value: number) => ({ ok: true, result: value });
const bug = (message: string) => ({ ok: false, bug: new TypeError(message) });

it("does the work once when nothing throws", async () => {
  let calls = 0;
  const tried = await halve([1, 2, 3], (items) => {
    calls++;
    return doubled(items);
  });
  expect(tried).toEqual([result(2), result(4), result(6)]);
  expect(calls).toBe(1);
});

it("a bug that two of nine items trigger only affects those two, each with its own error, in order", async () => {
  expect(await halve([1, 2, -3, 4, 5, 6, 7, -8, 9], doubled)).toEqual([
    ...[result(2), result(4), bug("negative: -3"), result(8), result(10)],
    ...[result(12), result(14), bug("negative: -8"), result(18)],
  ]);
});

it("throws Unavailable if the store is unavailable, because no item is at fault", async () => {
  const away = async (): Promise<number[]> => {
    throw new Unavailable("store", "connection refused");
  };
  await expect(halve([1, 2], away)).rejects.toThrow(Unavailable);
});

it("does not call the work without items", async () => {
  await expect(halve([], () => Promise.reject(new Error("called")))).resolves.toEqual([]);
});

it("treats work that returns fewer results than items as a bug at each item", async () => {
  const tried = await halve([1, 2], async () => []);
  expect(tried).toEqual([1, 2].map(() => ({ ok: false, bug: new Error("0 results for 1 items") })));
});
