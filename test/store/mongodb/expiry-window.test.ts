import { expect, it } from "@jest/globals";
import { endOf, firstWindow, hasAll, nextWindow } from "../../../src/store/mongodb/expiry-window.ts";

const HOUR_MS = 3_600_000;
const limits = { finishedMs: 1000 * HOUR_MS, unfinishedMs: 400 * HOUR_MS };

/** Iterates over the windows. @param countIn - returns how many jobs there are between two times. */
function walk(
  countIn: (fromMs: number, toMs: number) => number,
  limit: number,
): readonly (readonly number[])[] {
  const seen: number[][] = [];
  for (let window = firstWindow(limits); ; ) {
    const endMs = endOf(window, limits);
    const isFull = countIn(window.fromMs, endMs) >= limit;
    if (!isFull) seen.push([window.fromMs, endMs]);
    const next = nextWindow(window, limits, isFull);
    if (next === null || seen.length > 10_000) return seen;
    window = next;
  }
}

it("with few jobs, two windows are enough: one for all jobs, one for completed ones", () => {
  expect(walk(() => 0, 100)).toEqual([
    [0, limits.unfinishedMs],
    [limits.unfinishedMs, limits.finishedMs],
  ]);
  expect(hasAll({ fromMs: 0 }, limits)).toBe(true);
  expect(hasAll({ fromMs: limits.unfinishedMs }, limits)).toBe(false);
});

it("with many jobs the windows become narrower, leave no gap, and grow again afterwards", () => {
  const crowded = (from: number, to: number): number =>
    Math.max(0, Math.min(to, 900 * HOUR_MS) - Math.max(from, 899 * HOUR_MS)) / 60_000;
  const windows = walk(crowded, 20);
  expect(windows[0]?.[0]).toBe(0);
  expect(windows.at(-1)?.[1]).toBe(limits.finishedMs);
  for (const [at, [from]] of windows.entries()) if (at > 0) expect(from).toBe(windows[at - 1]?.[1]);
  expect(windows.length).toBeGreaterThan(4);
  expect(windows.length).toBeLessThan(60);
});

it("the iteration continues when one moment has more jobs than a page holds", () => {
  let left = 500;
  const windows = walk((from, to) => {
    const found = from <= HOUR_MS && HOUR_MS < to ? Math.min(left, 100) : 0;
    left -= found;
    return found;
  }, 100);
  expect(left).toBe(0);
  expect(windows.at(-1)?.[1]).toBe(limits.finishedMs);
});
