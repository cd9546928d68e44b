import { expect, it } from "@jest/globals";
import { PrefetchWindow } from "../../../src/broker/consume/prefetch-window.ts";

const limits = { maxMessages: 400, maxBytes: 32_000, longestBytes: 1000 };

/** Returns the window after each group of messages of one size. */
function windows(...groups: readonly (readonly [count: number, bytes: number])[]): number[] {
  const window = new PrefetchWindow(limits);
  const sizes = [window.messages];
  for (const [count, bytes] of groups) {
    for (let n = 0; n < count; n++) window.arrived(bytes);
    sizes.push(window.messages);
  }
  return sizes;
}

it.each([
  [
    "begins with what fits if all are of the longest size, and grows after that many small ones",
    [
      [31, 10],
      [1, 10],
    ],
    [32, 32, 400],
  ],
  ["stays small for large ones", [[1000, 1000]], [32, 32]],
  ["lies between for those between", [[32, 100]], [32, 256]],
  [
    "shrinks with the first large one",
    [
      [500, 10],
      [1, 1000],
    ],
    [32, 400, 32],
  ],
  [
    "grows again when none has come for a while",
    [
      [500, 10],
      [1, 1000],
      [1000, 10],
      [200, 10],
    ],
    [32, 400, 32, 32, 400],
  ],
  ["holds one that is larger than all that may be held", [[1, 50_000]], [32, 1]],
] as const)("a window %s", (_what, groups, expected) => {
  expect(windows(...groups)).toEqual(expected);
});

it("a window has at least one message, and at most the limit", () => {
  expect(new PrefetchWindow({ ...limits, longestBytes: 1_000_000 }).messages).toBe(1);
  expect(new PrefetchWindow({ ...limits, longestBytes: 10 }).messages).toBe(400);
});
