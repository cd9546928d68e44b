import { describe, expect, it } from "@jest/globals";
import { type FindQuestion, type Found, TextFinder } from "../../../src/logs/cache/text-finder.ts";

/** Finds a text in a log that arrives in pieces of this many bytes. */
function find(log: string, question: Partial<FindQuestion>, pieceBytes = 1000): Found {
  const bytes = Buffer.from(log);
  const lines = log.split("\n").length;
  const finder = new TextFinder({ text: "x", matchCase: false, around: 0, lines, ...question });
  for (let at = 0; at < bytes.length; at += pieceBytes) finder.add(bytes.subarray(at, at + pieceBytes));
  return finder.end();
}
const near = (log: string, question: Partial<FindQuestion>, pieceBytes?: number) =>
  find(log, question, pieceBytes).near;

describe("lines that contain a text", () => {
  const log = "first leak\nsecond\nLEAK leak leak\nlast leak";
  it.each([1, 2, 3, 5, 7, 1000])("are found however the log arrives: in pieces of %i bytes", (pieceBytes) => {
    expect(find(log, { text: "leak" }, pieceBytes)).toMatchObject({ count: 3, before: 0, near: [0, 2, 3] });
    expect(near(log, { text: "LEAK", matchCase: true }, pieceBytes)).toEqual([2]);
    expect(near(log, { text: "LeAk" }, pieceBytes)).toEqual([0, 2, 3]);
  });

  it.each([
    ["an empty log", "", "x", []],
    ["the whole log", "abc", "abc", [0]],
    ["a text longer than the log", "abc", "abcd", []],
    ["the last line without a line end", "a\nb", "b", [1]],
    ["overlapping beginnings", "aaab\naab", "aab", [0, 1]],
    ["empty lines, which count", "\n\n\nx\n", "x", [3]],
    ["letters beyond ASCII", "grün\nGRÜN\n", "grün", [0]],
    ["characters beyond the basic plane", "a\n🎉\n", "🎉", [1]],
    ["no patterns", "a.c\nabc\n", "a.c", [0]],
    ["a carriage return", "a\r\nb\r\n", "a\r", [0]],
  ])("%s", (_name, log, text, lines) => {
    for (const pieceBytes of [1, 2, 1000]) expect(near(log, { text }, pieceBytes)).toEqual(lines);
  });

  it.each([
    ["inside a word", "no\n\u001b[1mfa\u001b[31mil\u001b[0m\n", "fail", [1]],
    ["across a code that continues in the next piece", "x\u001b[38;5;196mfail", "xfail", [0]],
    ["an incomplete code hides only itself", "\u001b[31\nfail", "fail", [1]],
    ["an escape before text", "\u001bfail", "fail", [0]],
  ])("are found as they are shown, without colour codes: %s", (_name, log, text, lines) => {
    for (const pieceBytes of [1, 3, 1000]) expect(near(log, { text }, pieceBytes)).toEqual(lines);
  });
});

describe("in a log with very many hits", () => {
  const log = Array.from({ length: 10_000 }, (_, line) => (line % 2 === 0 ? "hit\n" : "miss\n")).join("");

  it.each([
    ["the top", 0, 0, 0, 1998],
    ["the middle", 5000, 1500, 3000, 6998],
    ["the end", 9999, 4000, 8000, 9998],
    ["beyond the end", 1e9, 4000, 8000, 9998],
  ])("those around %s are returned, with the number of all hits", (_name, around, before, first, last) => {
    const found = find(log, { text: "hit", around, lines: 10_000 });
    expect([found.count, found.before, found.near[0], found.near.at(-1)]).toEqual([
      5000,
      before,
      first,
      last,
    ]);
    expect(found.near.length).toBeLessThanOrEqual(2000);
  });

  it("the parts of the log with hits are returned, for marks beside the scroll bar", () => {
    const sparse = `${"miss\n".repeat(9000)}hit\n${"miss\n".repeat(999)}`;
    expect(find(sparse, { text: "hit", lines: 10_000 }).buckets).toEqual([450]);
    expect(find(log, { text: "hit", lines: 10_000 }).buckets).toHaveLength(500);
  });
});
