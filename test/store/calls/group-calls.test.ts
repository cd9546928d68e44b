import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "@jest/globals";
import { Unavailable } from "../../../src/domain/faults.ts";
import { groupCalls } from "../../../src/store/calls/group-calls.ts";
import { until } from "../../until.ts";

function aDoubling(): { double: (item: number) => Promise<number>; calls: (readonly number[])[] } {
  const calls: (readonly number[])[] = [];
  const double = groupCalls(async (items: readonly number[]) => {
    calls.push(items);
    if (items.includes(-1)) throw new TypeError("negative");
    if (items.includes(0)) throw new Unavailable("store", "a test says so");
    return items.map((item) => item * 2);
  });
  return { double, calls };
}

it("items of one turn are handled in one call, and each gets its own result", async () => {
  const { double, calls } = aDoubling();
  expect(await Promise.all([1, 2, 3].map(double))).toEqual([2, 4, 6]);
  expect(calls).toEqual([[1, 2, 3]]);
});

it("items that arrive when a call has ended are handled together in the next call", async () => {
  const { double, calls } = aDoubling();
  const first = double(1).then(() => Promise.all([double(2), double(3)]));
  expect(await first).toEqual([4, 6]);
  expect(await double(4)).toBe(8);
  expect(calls).toEqual([[1], [2, 3], [4]]);
});

it("items that arrive while a call is in progress wait for its end, and are handled together in the next call", async () => {
  const calls: (readonly number[])[] = [];
  let endCall: () => void = () => undefined;
  const firstCall = new Promise<void>((resolve) => {
    endCall = resolve;
  });
  const double = groupCalls(async (items: readonly number[]) => {
    calls.push(items);
    await firstCall;
    return items.map((item) => item * 2);
  });
  const first = double(1);
  await until(() => calls.length > 0);
  const second = double(2);
  await nextTurn();
  const third = double(3);
  await nextTurn();
  expect(calls).toEqual([[1]]);
  endCall();
  expect(await Promise.all([first, second, third])).toEqual([2, 4, 6]);
  expect(calls).toEqual([[1], [2, 3]]);
});

it("only the faulty item fails", async () => {
  const { double, calls } = aDoubling();
  const ends = await Promise.allSettled([1, -1, 3].map(double));
  expect(ends.map((end) => (end.status === "fulfilled" ? end.value : end.reason.message))).toEqual([
    2,
    "negative",
    6,
  ]);
  expect(calls).toEqual([[1, -1, 3], [1], [-1], [3]]);
});

it("an unavailable store is not called again for each item", async () => {
  const { double, calls } = aDoubling();
  const ends = await Promise.allSettled([1, 0, 3].map(double));
  expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(calls).toHaveLength(1);
});
