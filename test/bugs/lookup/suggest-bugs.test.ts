import { expect, it } from "@jest/globals";
import type { FoundBugs } from "../../../src/bugs/lookup/bug-lookup.ts";
import { SuggestionsWriter, suggestBugs } from "../../../src/bugs/lookup/suggest-bugs.ts";
import type { SuggestedBug } from "../../../src/domain/bug.ts";

const aBug: SuggestedBug = {
  ...{ id: 1, summary: "s", status: "NEW", resolution: "", crash_signature: "", keywords: "", os: "" },
};
const none: FoundBugs = { open_recent: [], all_others: [] };

/** A look-up that finds only these terms, and records what it was asked for. */
function lookupOf(...known: readonly string[]) {
  const asked: string[] = [];
  const find = (term: string): FoundBugs => {
    asked.push(term);
    return known.includes(term)
      ? { open_recent: [aBug], all_others: [] }
      : { open_recent: [], all_others: [] };
  };
  return { find, asked };
}

it("a term is looked up once; a crash's signature is looked up if the term finds nothing", () => {
  const crash = "PROCESS-CRASH | Shutdown | application crashed [@ Foo::Bar]";
  const lines = [
    "TEST-UNEXPECTED-FAIL | a/foo.js | m",
    "TEST-UNEXPECTED-FAIL | b/foo.js | n",
    crash,
    "PROCESS-CRASH | abc.html | application crashed [@ Foo::Bar]",
    "Return code: 1",
  ];
  const lookup = lookupOf("Foo::Bar");
  const suggestions = [...suggestBugs(lines, lookup, 0)];
  expect(lookup.asked).toEqual(["foo.js", crash, "Foo::Bar", "abc.html"]);
  expect(suggestions.map(({ search_terms }) => search_terms)).toEqual([
    ["foo.js"],
    ["foo.js"],
    [crash, "Foo::Bar"],
    ["abc.html", "Foo::Bar"],
    [],
  ]);
  expect(suggestions.map(({ bugs }) => bugs.open_recent.length)).toEqual([0, 0, 1, 1, 0]);
  expect(suggestions.map(({ search }) => search)).toEqual(lines);
});

it("the signature is not looked up if a term finds something", () => {
  const lookup = lookupOf("abc.html");
  const [suggestion] = suggestBugs(
    ["PROCESS-CRASH | abc.html | application crashed [@ Foo::Bar]"],
    lookup,
    0,
  );
  expect(suggestion).toMatchObject({ search_terms: ["abc.html"], bugs: { open_recent: [aBug] } });
});

it("a signature is looked up if there is no term, and may find nothing", () => {
  const short = "a application crashed [@ Foo::Bar]";
  expect([...suggestBugs([short], lookupOf(), 0)]).toEqual([
    { search: short, search_terms: [short, "Foo::Bar"], bugs: none },
  ]);
});

it("there is one suggestion for each line, in order, also for repeated lines and lines without a term", () => {
  const lines = ["10:00:00 INFO - some line", "", "10:00:00 INFO - some line"];
  const writer = new SuggestionsWriter(10_000);
  for (const suggestion of suggestBugs(lines, lookupOf("some line"), 0))
    expect(writer.add(suggestion)).toBe(true);
  const ended = writer.end();
  const found = {
    search: "some line",
    search_terms: ["some line"],
    bugs: { open_recent: [aBug], all_others: [] },
  };
  expect(ended.ok && { ...ended.artifact, blob: JSON.parse(ended.artifact.blob) }).toEqual({
    name: "Bug suggestions",
    type: "json",
    blob: [found, { search: "", search_terms: [], bugs: none }, found],
  });
});

it("without error lines, the list of suggestions is empty", () => {
  const ended = new SuggestionsWriter(10_000).end();
  expect(ended.ok && ended.artifact.blob).toBe("[]");
});

it("suggestions are never larger than their limit", () => {
  const writer = new SuggestionsWriter(1000);
  let kept = 0;
  for (const suggestion of suggestBugs(Array<string>(50).fill("some line"), lookupOf("some line"), 0)) {
    if (!writer.add(suggestion)) break;
    kept++;
  }
  expect(kept).toBe(5);
  expect(writer.end()).toEqual({
    ok: false,
    fault: { reason: "artifact-too-large", artifact: "Bug suggestions", limitBytes: 1000 },
  });
});
