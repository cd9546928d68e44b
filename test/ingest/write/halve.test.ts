import { expect, it } from "@jest/globals";
import { Unavailable } from "../../../src/domain/faults.ts";
import { halve } from "../../../src/ingest/write/halve.ts";

const doubled = async (items: readonly number[]): Promise<number[]> => {
  if (items.some((item) => item < 0)) throw new TypeError("negative");
  return items.map((item) => item * 2);
};

it("does the work once when nothing throws", async () => {
  let calls = 0;
  const result = await halve(
    [1, 2, 3],
    (items) => {
      calls++;
      return doubled(items);
    },
    () => 0,
  );
  expect(result).toEqual([2, 4, 6]);
  expect(calls).toBe(1);
});

it("a bug that two of nine items set off costs those two alone, and the order stays", async () => {
  const result = await halve([1, 2, -3, 4, 5, 6, 7, -8, 9], doubled, (item) => item);
  expect(result).toEqual([2, 4, -3, 8, 10, 12, 14, -8, 18]);
});

it("tells the culprit's own error", async () => {
  const errors: unknown[] = [];
  await halve([1, -2], doubled, (_item, error) => errors.push(error));
  expect(errors).toEqual([new TypeError("negative")]);
});

it("passes on that the store is away: nobody is to blame", async () => {
  const away = async (): Promise<number[]> => {
    throw new Unavailable("store", "connection refused");
  };
  await expect(halve([1, 2], away, () => 0)).rejects.toThrow(Unavailable);
});

it("asks nothing of the work for no items", async () => {
  await expect(
    halve(
      [],
      () => Promise.reject(new Error("asked")),
      () => 0,
    ),
  ).resolves.toEqual([]);
});
