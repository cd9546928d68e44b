import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { isHelpful, searchTerms } from "../../../src/bugs/lookup/search-terms.ts";

/** Lines and the terms by which they are looked up; `=` means the cleaned line. */
const rows: readonly [line: string, cleanLine: string, term: string | null, crash?: string][] = [
  [
    "10:00:01     INFO -  TEST-UNEXPECTED-FAIL | a/b/test_x.js | boom",
    "TEST-UNEXPECTED-FAIL | a/b/test_x.js | boom",
    "test_x.js",
  ],
  ["TEST-UNEXPECTED-FAIL | a/b\\c/test_z.js | m", "=", "test_z.js"],
  ["TEST-UNEXPECTED-FAIL | a/b\\test_z.js | m", "=", "test_z.js"],
  ["x | dir\\sub\\test_y.html | boom | more", "=", "test_y.html"],
  ["x |  spaced.js | m", "=", " spaced.js"],
  ["x | leakcheck | default process: 1234 bytes leaked (Foo, Bar)", "=", "Foo, Bar"],
  ["x | leakcheck | 1234 bytes leaked (Foo, Bar) trailing", "=", "="],
  ["x | 9 bytes leaked (a) | 10 bytes leaked (Foo (bar), Baz)", "=", "Foo (bar), Baz"],
  ["x | leakcheck | 1 bytes leaked (a) 2 bytes leaked (Foo, Bar)", "=", "a) 2 bytes leaked (Foo, Bar"],
  ["x | leakcheck | bytes leaked (Foo, Bar)", "=", "="],
  ["x | leakcheck | 1 bytes leaked ()", "=", "="],
  ["x | test_leak.js | 1 bytes leaked (Foo)", "=", "="],
  ["x | test_leak.js | 1 bytes leaked (Foo) | 2 bytes leaked (Other)", "=", "="],
  ["x | test_leak.js | m | 1 bytes leaked (Foo, Bar)", "=", "test_leak.js"],
  ["TEST-UNEXPECTED-FAIL | automation.py | timed out", "=", "="],
  ["TEST-UNEXPECTED-FAIL | abc | m", "=", "="],
  ["TEST-UNEXPECTED-FAIL | abcd/ | m", "=", "="],
  ["TEST-UNEXPECTED-FAIL | http://h/a.html?x=1/2 | m", "=", "="],
  ["a |b | c", "=", "="],
  ["a | test_b.js", "=", "="],
  [" | test_b.js | ", "| test_b.js |", "| test_b.js |"],
  ["x | test_b.js | ", "x | test_b.js |", "x | test_b.js |"],
  [
    "PROCESS-CRASH | Shutdown | application crashed [@ mozilla::Foo::Bar(int)]",
    "=",
    "=",
    "mozilla::Foo::Bar(int)",
  ],
  ["PROCESS-CRASH | test_q.js | application crashed [@ Z]", "=", "test_q.js"],
  ["PROCESS-CRASH | test_q.js | application crashed [@ Zzzzz]", "=", "test_q.js", "Zzzzz"],
  ["PROCESS-CRASH | test_q.js | application crashed [@ undefined]", "=", "test_q.js"],
  [
    "a | test_q.js | application crashed [@ One] application crashed [@ Two::Three]",
    "=",
    "test_q.js",
    "Two::Three",
  ],
  ["a | test_q.js | application crashed [@ One::Two] x", "=", "test_q.js"],
  ["a | test_q.js | application crashed [@ ]", "=", "test_q.js"],
  ["application crashed [@ mozilla::Foo]", "=", "="],
  ["x application crashed [@ mozilla::Foo]", "=", "=", "mozilla::Foo"],
  ["23:57:52    ERROR - Return code: 1", "Return code: 1", null],
  ["23:57:52    ERROR - Return code: 256", "Return code: 256", "Return code: 256"],
  ["abcd", "=", null],
  ["abcde", "=", "abcde"],
  ["\u{1f600}\u{1f600}\u{1f600}\u{1f600}", "=", null],
  ["\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}", "=", "="],
  ["", "", null],
  ["  \t ", "", null],
  // The prefix has any of six levels, and is removed once at the start, with at most one more space.
  ...["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "FATAL"].map((level): [string, string, string] => [
    `1:22:333 ${level} - hello there`,
    "hello there",
    "hello there",
  ]),
  ["10:00:00 INFO - 10:00:01 INFO - nested", "10:00:01 INFO - nested", "="],
  [" 10:00:00 INFO - x | test_b.js | m", "10:00:00 INFO - x | test_b.js | m", "test_b.js"],
  ["10:00:00 info - hello", "=", "="],
  ["10:00:00 INFO -", "=", "="],
  ["10:00:00 INFO - ", "", null],
  ["10:00:00 INFO -     hello", "hello", "hello"],
  // Only the term is cut, and it is cut by characters.
  [`x | ${"t".repeat(150)} | m`, "=", "t".repeat(100)],
  [`x | ${"\u{1f600}".repeat(150)} | m`, "=", "\u{1f600}".repeat(100)],
  ["y".repeat(150), "=", "y".repeat(100)],
  [
    `x application crashed [@ ${"S".repeat(150)}]`,
    "=",
    `x application crashed [@ ${"S".repeat(75)}`,
    "S".repeat(150),
  ],
];

describe("an error line is looked up by", () => {
  it.each(rows.map((row) => ({ about: row[0].slice(0, 70), row })))("$about", ({ row }) => {
    const [line, clean, term, crashSignature] = row;
    const cleanLine = clean === "=" && line !== "" ? line : clean;
    expect(searchTerms(line)).toEqual({
      cleanLine,
      term: term === "=" ? cleanLine : term,
      crashSignature: crashSignature ?? null,
    });
  });

  it("for any line, the terms are those that regular expressions of the rules would find", () => {
    const pieces = [
      " | ",
      "|",
      " ",
      "/",
      "\\",
      "7 bytes leaked (",
      ")",
      "(",
      " application crashed [@ ",
      "]",
      "test_a.js",
      "x",
      "10:00:00 INFO - ",
    ];
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, (line) => {
        expect(searchTerms(line)).toEqual(byTheRules(line));
      }),
      { numRuns: 5000 },
    );
  });
});

/** The rules as regular expressions. */
function byTheRules(line: string): ReturnType<typeof searchTerms> {
  const cleanLine = line
    .replace(/^\d+:\d+:\d+ +(?:DEBUG|INFO|WARNING|ERROR|CRITICAL|FATAL) - {1,2}/, "")
    .trim();
  const parts = cleanLine.split(" | ");
  let term: string | null = null;
  if (parts.length >= 3) {
    const path = parts[1] ?? "";
    const name = path.split("/").at(-1)?.split("\\").at(-1) ?? null;
    term = /\d+ bytes leaked \((.+)\)$/.exec(parts[2] ?? "")?.[1] ?? name;
  }
  if (term === null || !isHelpful(term)) term = isHelpful(cleanLine) ? cleanLine : null;
  const signature = /^.+ application crashed \[@ (.+)\]$/.exec(cleanLine)?.[1] ?? null;
  return {
    cleanLine,
    term: term?.slice(0, 100) ?? null,
    crashSignature: signature !== null && isHelpful(signature) ? signature : null,
  };
}

describe("a term is helpful", () => {
  it.each([
    "automation.py",
    "remoteautomation.py",
    "Shutdown",
    "undefined",
    "Main app process exited normally",
    "Traceback (most recent call last):",
    "Return code: 0",
    "Return code: 1",
    "Return code: 2",
    "Return code: 9",
    "Return code: 10",
    "Exiting 1",
    "Exiting 9",
    "CrashingThread(void *)",
    "libSystem.B.dylib + 0xd7a",
    "linux-gate.so + 0x424",
    "TypeError: content is null",
    "leakcheck",
    "ImportError: No module named pygtk",
    "# TBPL FAILURE #",
  ])("unless it is exactly %j", (text) => {
    expect(isHelpful(text)).toBe(false);
    expect(isHelpful(`  ${text}\t`)).toBe(false);
    expect(isHelpful(`${text}x`)).toBe(true);
    expect(isHelpful(text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase())).toBe(true);
  });

  it.each([
    ["    abcd    ", false],
    ["    abcde   ", true],
    ["Return code: 3", true],
  ])("%j: %s", (text, helpful) => expect(isHelpful(text)).toBe(helpful));
});
