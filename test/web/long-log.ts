/** How many lines the log of the budgets has. */
export const LONG_LINES = 1_000_000;
/** How many of them contain the word `leak`. */
export const LEAKS = 128;

const EVERY = Math.floor(LONG_LINES / LEAKS);
const LINE_BYTES = 124;

/** Returns a line of the long log, without its line end. All have the same length. */
export function longLine(number: number): string {
  const what = number % EVERY === 0 && number / EVERY < LEAKS ? "leak" : "pass";
  const text = `10:00:01     INFO -  TEST-PASS | dom/tests/test_${number % 977}.html | ${what} ${number}`;
  return text.padEnd(LINE_BYTES - 1, ".");
}

/** Returns the log with which budgets are measured: a million lines, 124 MB. */
export function longLog(): Buffer {
  const log = Buffer.alloc(LONG_LINES * LINE_BYTES, "\n");
  for (let number = 0; number < LONG_LINES; number++)
    log.write(longLine(number), number * LINE_BYTES, "latin1");
  return log;
}
