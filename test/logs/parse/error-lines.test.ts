import { describe, expect, it } from "@jest/globals";
import {
  errorLiterals,
  errorPatterns,
  harmlessPatterns,
  isErrorLine,
  levelPatterns,
  passingPatterns,
} from "../../../src/logs/parse/error-lines.ts";

describe("each pattern", () => {
  for (const { name, matches, finds, leaves } of [
    ...levelPatterns,
    ...passingPatterns,
    ...harmlessPatterns,
    ...errorPatterns,
  ]) {
    it(`${name}: matches its positive examples and no others`, () => {
      expect([matches.test(finds.replace(/^\d\S+ INFO - +/, "")), matches.test(leaves)]).toEqual([
        true,
        false,
      ]);
    });
  }

  it.each(
    [...levelPatterns, ...errorPatterns].map(({ name, contains, finds }) => [name, contains, finds] as const),
  )("of %s is searched for by texts that its lines contain", (_name, contains, finds) => {
    expect(contains.filter((literal) => finds.includes(literal))).not.toEqual([]);
    // Shorter texts would make the search slow.
    expect(Math.min(...contains.map(({ length }) => length))).toBeGreaterThanOrEqual(6);
  });
});

/** Lines from the detector's rules and examples, and whether each is an error. */
const lines: readonly [line: string, isError: boolean][] = [
  // The level, with its prefix at the start of the line.
  ["01:02:03    ERROR - x", true],
  ["01:02:03 CRITICAL - ", true],
  ["1:2:3 FATAL - x", true],
  ["123456:2:3 ERROR - x", true],
  ["01:02:03 FATAL -", false],
  ["01:02:03 ERROR x", false],
  [" 01:02:03 ERROR - x", false],
  ["01:02:03ERROR - x", false],
  ["01:02:03\tERROR - x", false],
  ["01:02 ERROR - x", false],
  ["01:02:03.5 ERROR - x", false],
  ["01:02:03 error - x", false],
  ["01:02:03 INFO - ERROR - x", false],
  ["01:02:03 WARNING - 01:02:03 ERROR - x", false],
  ["01:02:03 DEBUG - x", false],
  // Passing tests are checked first.
  ["01:02:03 ERROR - TEST-PASS | x", false],
  ["01:02:03 ERROR - TEST-PASS| x", true],
  ["fatal error TEST-INFO x", false],
  ["TEST-INFO: TEST-UNEXPECTED-FAIL", true],
  ["TEST-INFO\tTEST-UNEXPECTED-FAIL", true],
  ["test-pass fatal error", true],
  // The prefix of a mild level is removed once, with all spaces after it.
  ["01:02:03 INFO -   rm: cannot remove", true],
  ["01:02:03 WARNING - rm: cannot remove", true],
  ["01:02:03 DEBUG -  abort: x", true],
  ["01:02:03 INFO - \trm: cannot remove", false],
  ["01:02:03 INFO -rm: cannot remove", false],
  ["01:02:03 INFO -fatal error", true],
  ["01:02:03 INFO - 01:02:03 INFO - rm: cannot remove", false],
  ["x rm: cannot remove", false],
  // Harmless lines that look like errors.
  ["I/Gecko TEST-UNEXPECTED-FAIL", false],
  ["I Gecko TEST-UNEXPECTED-FAIL", false],
  ["foo I/TestRunner fatal error TEST-UNEXPECTED-", false],
  ["01:02:03 INFO - I/Robocop (12): TEST-UNEXPECTED-FAIL", false],
  ["01:02:03 ERROR - I/Gecko TEST-UNEXPECTED-FAIL", true],
  ["TEST-UNEXPECTED-FAIL I/Gecko", true],
  ["TEST-UNEXPECTED-FAIL I/Gecko TEST-UNEXPECTED-FAIL", false],
  ["I/gecko TEST-UNEXPECTED-FAIL", true],
  ["I-Gecko TEST-UNEXPECTED-FAIL", true],
  ["I/Gecko fatal error", true],
  ["TimeoutException: x", false],
  ["01:02:03 INFO - TimeoutException: fatal error", false],
  ["TimeoutException:x fatal error", true],
  ["selenium.TimeoutException: x", true],
  ["ImportError: No module named pygtk", false],
  ["ImportError: No module named pygtk\n", false],
  ["ImportError: No module named pygtk\r\n", true],
  ["ImportError: No module named pygtk2", true],
  ["ImportError: No module named pygtk \n", true],
  ["01:02:03 INFO - ImportError: No module named pygtk\n", false],
  ["01:02:03 ERROR - ImportError: No module named pygtk\n", true],
  // Errors by their class name.
  ["Error: boo", false],
  [".Error: boo", true],
  ["TypeError: boo", true],
  ["TypeError:boo", false],
  ["a.b.TypeError: boo", true],
  ["Type2Error: boo", false],
  ["x TypeError: boo", false],
  ["Exception: boo", true],
  ["java.lang.RuntimeException: boo", true],
  ["x Exception: boo", false],
  ["Errors: Error: x", false],
  ["TypeErrorError: x", true],
  // Errors of compilers.
  ["foo.c:12:4: error: bad", true],
  ["foo.c:12: error: bad", true],
  ["foo.c: error: bad", false],
  ["foo error: x", false],
  ["foo error(): x", true],
  ["foo error(12): x", true],
  ["fooerror(12): x", false],
  ["foo error(1a): x", false],
  ["foo error C: x", true],
  ["foo error C2065: x", true],
  ["foo error RC1015: x", true],
  ["foo error R: x", false],
  ["foo error LNK2019: x", false],
  // Texts anywhere in the line, in exactly this spelling.
  ["x TEST-UNEXPECTED-PASS", true],
  ["x FATAL ERROR", true],
  ["Fatal Error", false],
  ["PROCESS-CRASH", true],
  ["Assertion failure:", true],
  ["Assertion failed:", true],
  ["###!!! ABORT:", true],
  ["##!!! ABORT:", false],
  ["E/GeckoLinker", true],
  ["SUMMARY: AddressSanitizer", true],
  ["SUMMARY: LeakSanitizer", true],
  ["SUMMARY: ThreadSanitizer", false],
  ["Automation Error:", true],
  ["command timed out:", true],
  ["wget: unable to", true],
  ["wget: unable", false],
  ["wget: unable\n", false],
  ["TEST-VALGRIND-ERROR", true],
  ["ERROR 404: Not found", true],
  ["ERROR 599:", true],
  ["ERROR 304: Not modified", false],
  ["ERROR 4040:", false],
  ["xmozmake.EXE: *** x", true],
  ["mozmake.exe[12]: *** x", true],
  ["mozmake.Exe: *** x", false],
  ["mozmake: *** x", false],
  ["x.js: line 1, col 22, Error - y", true],
  ["x.js: line 1, col 22, Warning - y", false],
  // Texts at the start of the line.
  ["error: TEST FAILED", true],
  ["make: *** x", true],
  ["gmake[3]: *** x", true],
  ["make[]: *** x", false],
  ["xmake: *** x", false],
  ["Remote Device Error: x", true],
  ["x Remote Device Error: x", false],
  ["remoteFailed: x", true],
  ["abort: x", true],
  ["xabort: x", false],
  ["Output exceeded 1 bytes", true],
  ["Output exceeded  bytes", false],
  ["The web-page 'stop build' button was pressed", true],
  ["[taskcluster] Error: x", true],
  ["[taskcluster:error] x", true],
  ["[a.b_c-9:exception]", true],
  ["[:error]", false],
  ["x [taskcluster:error] x", false],
  ["[task cluster:error] x", false],
  ["[t\xe4sk:error] x", false],
];

describe("a line", () => {
  it.each(lines)("%j is an error: %s", (line, isError) => {
    expect(isErrorLine(line)).toBe(isError);
    // The parser checks only lines with one of these texts, so every error line must contain one.
    if (isError) expect(errorLiterals.some((literal) => line.includes(literal))).toBe(true);
  });
});
