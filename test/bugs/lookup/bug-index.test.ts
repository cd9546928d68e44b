import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { BugIndexBuilder } from "../../../src/bugs/lookup/bug-index.ts";
import type { Bug } from "../../../src/domain/bug.ts";
import { indexBugs } from "./index-bugs.ts";

const NOW = Date.parse("2026-01-05T10:00:00Z");
const DAY = 24 * 60 * 60 * 1000;
const ago = (ms: number): string => new Date(NOW - ms).toISOString();

const bug = (id: number, summary: string, rest: Partial<Bug> = {}): Bug => ({
  ...{
    id,
    summary,
    status: "NEW",
    resolution: "",
    crash_signature: "",
    keywords: "",
    os: "",
    modified: ago(DAY),
  },
  ...rest,
});

function found(bugs: readonly Bug[], term: string): { recent: number[]; others: number[] } {
  const { open_recent, all_others } = indexBugs(bugs).find(term, NOW);
  return { recent: open_recent.map(({ id }) => id), others: all_others.map(({ id }) => id) };
}

describe("a bug whose summary contains the term is", () => {
  it.each<[string, Partial<Bug>, "recent" | "others" | "neither"]>([
    ["open and changed today", { modified: ago(0) }, "recent"],
    ["open and changed 90 days ago", { modified: ago(90 * DAY) }, "recent"],
    ["open and changed just over 90 days ago", { modified: ago(90 * DAY + 1) }, "others"],
    ["open and changed in the future", { modified: ago(-DAY) }, "recent"],
    ["open, with an unknown time of change", { modified: null }, "neither"],
    ["resolved and changed today", { modified: ago(0), resolution: "FIXED" }, "others"],
    ["resolved long ago", { modified: ago(400 * DAY), resolution: "FIXED" }, "others"],
    ["resolved at an unknown time", { modified: null, resolution: "WONTFIX" }, "others"],
    ["with a status that is called resolved, without a resolution", { status: "RESOLVED" }, "recent"],
  ])("%s", (_case, rest, list) => {
    expect(found([bug(1, "Intermittent test_a.js", rest)], "test_a.js")).toEqual({
      recent: list === "recent" ? [1] : [],
      others: list === "others" ? [1] : [],
    });
  });
});

describe("the term", () => {
  it.each([
    ["is searched for literally", "test_a.js", "Intermittent test_a.js | x", true],
    ["in the middle of a word", "est_a.j", "Intermittent test_a.js | x", true],
    ["is found in upper and lower case", "TEST_a.JS", "intermittent Test_A.js", true],
    ["is found in upper and lower case beyond ASCII too", "ÄÖ straße", "x äö STRAßE", true],
    ["has a final sigma at its end, but not at the end of a word", "ΤΕΣ", "x ΤΕΣΤ.js", true],
    ["has a final sigma at the end of a word", "ΤΕΣΤΣ", "τεστς", true],
    ["% is itself", "100%", "1000", false],
    ["% is found", "100%", "at 100% of", true],
    ["_ is itself", "a_b_c", "aXbXc", false],
    ["= is itself", "a==b", "a=b", false],
    ["= is found", "a==b", "if a==b", true],
    ["a backslash matches itself", "a\\b", "a\\\\b", false],
    ["a backslash is found", "dir\\b", "c:\\dir\\b.js", true],
    [". is itself", "a.b.c", "aXbXc", false],
    ["* and ? are themselves", "a*b?", "aab", false],
    ["quotes match themselves", `"a'b"`, `say "a'b"`, true],
    ["as a whole, blanks too", "two words", "two  words", false],
    ["with its leading blank", " spaced.js", "x spaced.js", true],
    ["with its leading blank, which must be there", " spaced.js", "spaced.js", false],
    ["of two characters", "ab", "xxabxx", true],
    ["of one", "a", "xxaxx", true],
    ["longer than the summary", "abcdef", "abcde", false],
    ["the whole summary", "abcdef", "abcdef", true],
    ["with NUL", "a\0bc", "a\0bc", true],
  ])("%s", (_case, term, summary, isFound) => {
    expect(found([bug(1, summary)], term).recent).toEqual(isFound ? [1] : []);
  });

  it("is searched for in no other field", () => {
    const other = bug(1, "x", {
      crash_signature: "[@ Needle]",
      keywords: "Needle",
      os: "Needle",
      status: "Needle",
    });
    expect(found([other], "Needle").recent).toEqual([]);
  });
});

it("a bug is returned with exactly its members", () => {
  const text = { status: "NEW", crash_signature: "[@ A]", keywords: "a,b", os: "Linux" };
  expect(indexBugs([bug(7, "a needle", text)]).find("needle", NOW)).toStrictEqual({
    open_recent: [{ id: 7, summary: "a needle", ...text, resolution: "" }],
    all_others: [],
  });
});

it("a list has at most 50 bugs: first those with the term as a word, then those with it as a part of a word, each by ascending id", () => {
  const bugs = Array.from({ length: 240 }, (_, nth) =>
    bug(240 - nth, nth % 2 === 0 ? "xneedlex" : "the needle", nth % 4 < 2 ? {} : { resolution: "FIXED" }),
  );
  const { recent, others } = found(bugs, "needle");
  expect([recent.length, others.length]).toEqual([50, 50]);
  const ids = (fixed: boolean, word: boolean): number[] =>
    bugs
      .filter(
        ({ resolution, summary }) => (resolution !== "") === fixed && (summary === "the needle") === word,
      )
      .map(({ id }) => id)
      .sort((a, b) => a - b);
  expect(recent).toEqual([...ids(false, true), ...ids(false, false)].slice(0, 50));
  expect(others).toEqual([...ids(true, true), ...ids(true, false)].slice(0, 50));
});

it("of two bugs with the same id, the last one counts", () => {
  expect(found([bug(1, "needle one"), bug(1, "other")], "needle").recent).toEqual([]);
});

it("a search in thousands of bugs finds the same as a plain search", () => {
  const words = [
    "Intermittent",
    "test_a.js",
    "test_ab.js",
    "|",
    "timed out",
    "[@ Foo::Bar]",
    "äö",
    "100%",
    "a_b",
  ];
  let state = 1;
  const pick = (): string => {
    state = (state * 48_271) % 2_147_483_647;
    return words[state % words.length] ?? "";
  };
  const bugs = Array.from({ length: 9000 }, (_, nth) =>
    bug(nth * 2 + 1, `${pick()} ${pick()}${pick()} ${nth % 700}`),
  );
  const index = indexBugs(bugs);
  const term = fc.oneof(
    fc.constantFrom(...words, "zzz", "s", "js", "OUT 6", "|100%", "a.js 69", "äöä"),
    fc.tuple(fc.nat(8999), fc.nat(12), fc.nat(20)).map(([nth, from, length]) => {
      return bugs[nth]?.summary.slice(from, from + length + 1) || "x";
    }),
  );
  fc.assert(
    fc.property(term, (text) => {
      const wanted = text.toLowerCase();
      const all = bugs.filter(({ summary }) => summary.toLowerCase().includes(wanted)).map(({ id }) => id);
      const got = index.find(text, NOW).open_recent.map(({ id }) => id);
      expect(got).toHaveLength(Math.min(50, all.length));
      expect(all).toEqual(expect.arrayContaining(got));
    }),
    { numRuns: 300 },
  );
});

it("an index cannot be built from bugs in another order", () => {
  const builder = new BugIndexBuilder();
  expect(() => builder.add([bug(2, "a"), bug(1, "b")])).toThrow(RangeError);
});
