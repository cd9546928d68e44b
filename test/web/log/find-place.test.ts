import { describe, expect, it } from "@jest/globals";
import { END_OF_LOG, type KnownHits, nextHit } from "../../../src/web/log/find-place.ts";

const all: KnownHits = { count: 3, before: 0, near: [10, 20, 30] };
/** A hundred matches, one every ten lines, of which those from 400 to 490 are known. */
const some: KnownHits = { count: 100, before: 40, near: [400, 410, 420, 430, 440, 450, 460, 470, 480, 490] };
const hit = (line: number, position: number, isAround = false) => ({ kind: "hit", line, position, isAround });
const ask = (around: number, isAround = false) => ({ kind: "ask", around, isAround });

describe("the next match", () => {
  it.each([
    ["after a line", all, 15, 1, hit(20, 2)],
    ["after a hit", all, 20, 1, hit(30, 3)],
    ["after the last one is the first one", all, 30, 1, hit(10, 1, true)],
    ["before a hit", all, 20, -1, hit(10, 1)],
    ["before the first one is the last one", all, 10, -1, hit(30, 3, true)],
    ["there is none", { count: 0, before: 0, near: [] }, 0, 1, { kind: "none" }],
    ["among those that are known", some, 425, 1, hit(430, 44)],
    ["before, among those that are known", some, 425, -1, hit(420, 43)],
    ["the first known one, from far away", some, 0, 1, ask(1)],
    ["after the last known one", some, 490, 1, ask(491)],
    ["before the first known one", some, 400, -1, ask(400)],
    ["the last known one, from far away", some, 900, -1, ask(900)],
    [
      "after the end of the log",
      { count: 50, before: 40, near: [400, 410, 420, 430, 440, 450, 460, 470, 480, 490] },
      490,
      1,
      ask(0, true),
    ],
    ["before the top of the log", { count: 50, before: 0, near: [0, 10] }, 0, -1, ask(END_OF_LOG, true)],
  ] as const)("%s", (_name, hits, line, step, found) => {
    expect(nextHit(hits, line, step)).toEqual(found);
  });
});
