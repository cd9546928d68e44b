/** A rule for one line of a log. The line is bytes as characters, is cut to the maximum length, and includes its LF. */
export interface LinePattern {
  readonly name: string;
  /** Runs in linear time on any line, because strangers write the lines. */
  readonly matches: { test(line: string): boolean };
  readonly finds: string;
  readonly leaves: string;
}

export interface ErrorPattern extends LinePattern {
  /**
   * Literal texts of at least six characters. Every line that the pattern matches must contain one of them. Logs are
   * searched for these texts, and only lines that contain one are checked with the pattern.
   */
  readonly contains: readonly string[];
}

/** Lines whose level makes them errors. These patterns see the whole line, from its start. */
export const levelPatterns: readonly ErrorPattern[] = [
  {
    name: "a level of ERROR or worse",
    contains: ["ERROR - ", "CRITICAL - ", "FATAL - "],
    matches: /^\d+:\d+:\d+ +(?:ERROR|CRITICAL|FATAL) - /,
    finds: "01:02:03    ERROR - x",
    leaves: "01:02:03 ERROR x",
  },
];

/** Lines that are not errors, whatever their level. These patterns see the whole line. */
export const passingPatterns: readonly LinePattern[] = [
  {
    name: "a test that passes or informs",
    matches: /TEST-(?:INFO|PASS) /,
    finds: "01:02:03 ERROR - TEST-PASS | x",
    leaves: "TEST-INFO: TEST-UNEXPECTED-FAIL",
  },
];

const mildLevel = /^\d+:\d+:\d+ +(?:DEBUG|INFO|WARNING) - +/;

const deviceLog = /I[ /](?:Gecko|Robocop|TestRunner)/;

/** Lines that look like errors but are not. These patterns see the line without the prefix of a mild level. */
export const harmlessPatterns: readonly LinePattern[] = [
  {
    name: "a device's log that repeats a test's result",
    // One regular expression would search for the second part again after each first part, which takes quadratic time.
    matches: {
      test: (line) => {
        const at = line.search(deviceLog);
        return at !== -1 && line.indexOf("TEST-UNEXPECTED-", at + "I/Gecko".length) !== -1;
      },
    },
    finds: "I/Gecko TEST-UNEXPECTED-FAIL",
    leaves: "TEST-UNEXPECTED-FAIL I/Gecko",
  },
  {
    name: "a time-out that the test itself reports",
    matches: /^TimeoutException: /,
    finds: "TimeoutException: x",
    leaves: "selenium.TimeoutException: x",
  },
  {
    name: "a module that is known to be missing",
    matches: /^ImportError: No module named pygtk\n?$/,
    finds: "ImportError: No module named pygtk\n",
    leaves: "ImportError: No module named pygtk\r\n",
  },
];

/** Lines whose text makes them errors. These patterns see the line without the prefix of a mild level. */
export const errorPatterns: readonly ErrorPattern[] = [
  {
    name: "an unexpected result of a test",
    contains: ["TEST-UNEXPECTED-"],
    matches: /TEST-UNEXPECTED-/,
    finds: "x TEST-UNEXPECTED-FAIL | a.js | boom",
    leaves: "TEST-UNEXPECTED FAIL",
  },
  {
    name: "a fatal error",
    contains: ["fatal error"],
    matches: /fatal error/,
    finds: "01:02:03 INFO -fatal error",
    leaves: "Fatal Error",
  },
  {
    name: "a fatal error, shouted",
    contains: ["FATAL ERROR"],
    matches: /FATAL ERROR/,
    finds: "x FATAL ERROR: out of memory",
    leaves: "FATAL: ERROR",
  },
  {
    name: "a crash",
    contains: ["PROCESS-CRASH"],
    matches: /PROCESS-CRASH/,
    finds: "PROCESS-CRASH | Shutdown | application crashed [@ Foo]",
    leaves: "process-crash",
  },
  {
    name: "an assertion's failure",
    contains: ["Assertion failure:"],
    matches: /Assertion failure:/,
    finds: "Assertion failure: x, at y.c:1",
    leaves: "Assertion failure",
  },
  {
    name: "an assertion that failed",
    contains: ["Assertion failed:"],
    matches: /Assertion failed:/,
    finds: "x: Assertion failed: y",
    leaves: "assertion failed:",
  },
  {
    name: "an abort",
    contains: ["###!!! ABORT:"],
    matches: /###!!! ABORT:/,
    finds: "[1] ###!!! ABORT: x",
    leaves: "###!!! ASSERTION: x",
  },
  {
    name: "a linker's message on a device",
    contains: ["E/GeckoLinker"],
    matches: /E\/GeckoLinker/,
    finds: "01-01 E/GeckoLinker( 12): x",
    leaves: "W/GeckoLinker( 12): x",
  },
  {
    name: "an address sanitizer's summary",
    contains: ["SUMMARY: AddressSanitizer"],
    matches: /SUMMARY: AddressSanitizer/,
    finds: "SUMMARY: AddressSanitizer: heap-use-after-free",
    leaves: "ERROR: AddressSanitizer: heap-use-after-free",
  },
  {
    name: "a leak sanitizer's summary",
    contains: ["SUMMARY: LeakSanitizer"],
    matches: /SUMMARY: LeakSanitizer/,
    finds: "SUMMARY: LeakSanitizer: 8 bytes",
    leaves: "SUMMARY:LeakSanitizer",
  },
  {
    name: "an error of the automation",
    contains: ["Automation Error:"],
    matches: /Automation Error:/,
    finds: "x Automation Error: y",
    leaves: "Automation Error y",
  },
  {
    name: "a command that took too long",
    contains: ["command timed out:"],
    matches: /command timed out:/,
    finds: "command timed out: 3600 seconds without output",
    leaves: "command timed out",
  },
  {
    name: "a download that failed",
    contains: ["wget: unable "],
    matches: /wget: unable /,
    finds: "wget: unable to resolve host",
    leaves: "wget: unable",
  },
  {
    name: "valgrind's finding",
    contains: ["TEST-VALGRIND-ERROR"],
    matches: /TEST-VALGRIND-ERROR/,
    finds: "TEST-VALGRIND-ERROR | x",
    leaves: "TEST-VALGRIND ERROR",
  },
  {
    name: "a compiler's error with its number in brackets",
    contains: [" error("],
    matches: / error\(\d*\):/,
    finds: "foo error(): x",
    leaves: "foo error(a): x",
  },
  {
    name: "a compiler's error after a line number",
    contains: [": error:"],
    matches: /:\d+: error:/,
    finds: "foo.c:12:4: error: bad",
    leaves: "foo: error: x",
  },
  {
    name: "Visual C++'s error",
    contains: [" error C", " error RC"],
    matches: / error R?C\d*:/,
    finds: "foo error C: x",
    leaves: "foo error Cx: x",
  },
  {
    name: "an HTTP error",
    contains: ["ERROR 4", "ERROR 5"],
    matches: /ERROR [45]\d\d:/,
    finds: "ERROR 404: Not found",
    leaves: "ERROR 304: Not modified",
  },
  {
    name: "mozmake gave up",
    contains: ["mozmake.exe", "mozmake.EXE"],
    matches: /mozmake\.(?:exe|EXE)(?:\[\d+\])?: \*\*\*/,
    finds: "xmozmake.EXE: *** x",
    leaves: "mozmake: *** x",
  },
  {
    name: "a script's error with line and column",
    contains: [".js: line "],
    matches: /\.js: line \d+, col \d+, Error -/,
    finds: "a.js: line 1, col 22, Error - x",
    leaves: "a.js: line 1, col 22, Warning - x",
  },
  {
    name: "a failed test suite",
    contains: ["error: TEST FAILED"],
    matches: /^error: TEST FAILED/,
    finds: "error: TEST FAILED",
    leaves: "x error: TEST FAILED",
  },
  {
    name: "make gave up",
    contains: ["]: ***", "make: ***"],
    matches: /^g?make(?:\[\d+\])?: \*\*\*/,
    finds: "gmake[3]: *** [libs] Error 2",
    leaves: "xmake[3]: *** [libs] Error 2",
  },
  {
    name: "an error of a remote device",
    contains: ["Remote Device Error:"],
    matches: /^Remote Device Error:/,
    finds: "Remote Device Error: x",
    leaves: "A Remote Device Error: x",
  },
  {
    name: "an error by its class name",
    contains: ["Error: "],
    matches: /^[A-Za-z.]+Error: /,
    finds: "TypeError: boo",
    leaves: "Error: boo",
  },
  {
    name: "an exception, by its class name or without",
    contains: ["Exception: "],
    matches: /^[A-Za-z.]*Exception: /,
    finds: "java.lang.RuntimeException: boo",
    leaves: "an Exception: boo",
  },
  {
    name: "a remote command that failed",
    contains: ["remoteFailed:"],
    matches: /^remoteFailed:/,
    finds: "remoteFailed: [Failure instance",
    leaves: " remoteFailed: [Failure instance",
  },
  {
    name: "a file that cannot be removed",
    contains: ["rm: cannot "],
    matches: /^rm: cannot /,
    finds: "01:02:03 INFO -   rm: cannot remove",
    leaves: "x rm: cannot remove",
  },
  {
    name: "an aborted command",
    contains: ["abort:"],
    matches: /^abort:/,
    finds: "abort: error: Connection timed out",
    leaves: "x abort: y",
  },
  {
    name: "too much output",
    contains: ["Output exceeded "],
    matches: /^Output exceeded \d+ bytes/,
    finds: "Output exceeded 52428800 bytes",
    leaves: "Output exceeded many bytes",
  },
  {
    name: "a build that was stopped by hand",
    contains: ["The web-page 'stop build' button was pressed"],
    matches: /^The web-page 'stop build' button was pressed/,
    finds: "The web-page 'stop build' button was pressed by x",
    leaves: "x The web-page 'stop build' button was pressed",
  },
  {
    name: "an error of Taskcluster's worker",
    contains: ["[taskcluster] Error:"],
    matches: /^\[taskcluster\] Error:/,
    finds: "[taskcluster] Error: Task timeout after 3600 seconds",
    leaves: "[taskcluster] error: x",
  },
  {
    name: "an error of a worker, by its channel",
    contains: [":error]", ":exception]"],
    matches: /^\[[\w.-]+:(?:error|exception)\]/,
    finds: "[taskcluster:error] x",
    leaves: "[task cluster:error] x",
  },
];

/** The texts that logs are searched for. A line without any of them is not an error. */
export const errorLiterals: readonly string[] = [...levelPatterns, ...errorPatterns].flatMap(
  ({ contains }) => contains,
);

/**
 * Returns whether a line is an error. The first rule that matches decides, in this order: passing lines, error levels;
 * then, without the prefix of a mild level, harmless lines and the table of errors.
 *
 * @param line - bytes as characters, cut to the maximum length, including its LF.
 */
export function isErrorLine(line: string): boolean {
  const matchesLine = ({ matches }: LinePattern): boolean => matches.test(line);
  if (passingPatterns.some(matchesLine)) return false;
  if (levelPatterns.some(matchesLine)) return true;
  const rest = line.replace(mildLevel, "");
  const matchesRest = ({ matches }: LinePattern): boolean => matches.test(rest);
  return !harmlessPatterns.some(matchesRest) && errorPatterns.some(matchesRest);
}
