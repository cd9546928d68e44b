import { expect, it } from "@jest/globals";
import { choosePushes, headRange, headsToRead, placeAfter } from "../../../src/store/rules/page-pushes.ts";

const head = (n: number, author = "a@b") => ({ order_at: 1000 - n, id: `push${n}`, author });
const heads = (count: number) => Array.from({ length: count }, (_, n) => head(n));
const place = (n: number) => ({ order_at: 1000 - n, id: `push${n}` });

it.each([
  ["no push", 0, [], null],
  ["fewer than fit", 2, ["push0", "push1"], null],
  ["as many as fit", 3, ["push0", "push1", "push2"], null],
  ["one more", 4, ["push0", "push1", "push2"], place(2)],
])("a page of three, if there is %s", (_case, count, ids, next) => {
  expect(choosePushes(heads(count), { limit: 3 })).toEqual({ ids, next });
});

it("a page of an author that is not full continues after the last push that was checked", () => {
  const query = { author: "me", limit: 2 };
  const read = heads(headsToRead(query)).with(7, head(7, "me"));
  expect(choosePushes(read, query)).toEqual({ ids: ["push7"], next: place(1999) });
  expect(choosePushes(read.slice(0, 1500), query)).toEqual({ ids: ["push7"], next: null });
});

it("a page of an author that is full continues after its last push, unless that is the last push of all", () => {
  const query = { author: "me", limit: 1 };
  const read = heads(5).with(2, head(2, "me")).with(4, head(4, "me"));
  expect(choosePushes(read, query)).toEqual({ ids: ["push2"], next: place(2) });
  expect(choosePushes(read.slice(3), query)).toEqual({ ids: ["push4"], next: null });
});

it("a position limits the range from above, and so does the end of the requested time", () => {
  const before = { order_at: 50, id: "x" };
  expect(headRange({ since: 10, until: 90, before })).toEqual({ from: 10, to: 50, before });
  expect(headRange({ since: 10, until: 30, before })).toEqual({ from: 10, to: 30, before });
  expect(headRange({}).to).toBe(Number.MAX_SAFE_INTEGER);
});

it("a list that was read to its end has no further position", () => {
  expect(placeAfter(heads(3), 3, 5)).toBeNull();
  expect(placeAfter(heads(3), 2, 5)).toEqual(place(1));
  expect(placeAfter(heads(3), 3, 3)).toEqual(place(2));
  expect(placeAfter([], 0, 5)).toBeNull();
});
