/** The terms by which an error line is looked up. */
export interface SearchTerms {
  /** See {@link cleanErrorLine}. */
  readonly cleanLine: string;
  /** At most 100 characters; null if nothing in the line is worth a lookup. */
  readonly term: string | null;
  /** The whole signature of a crash, looked up if the term finds nothing; null if the line is not a crash. */
  readonly crashSignature: string | null;
}

const MAX_TERM_CHARACTERS = 100;

/** A prefix of any level. It may have one space more than the patterns of `error-lines.ts` need. */
const prefix = /^\d+:\d+:\d+ +(?:DEBUG|INFO|WARNING|ERROR|CRITICAL|FATAL) - {1,2}/;

/** Texts that would match too many summaries, or only unrelated ones. */
const unhelpful: ReadonlySet<string> = new Set([
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
]);

/** Returns an error line of a summary as its suggestion shows it: without its prefix, trimmed. */
export function cleanErrorLine(line: string): string {
  return line.replace(prefix, "").trim();
}

/** Returns the terms of an error line, as it is written in a summary. */
export function searchTerms(line: string): SearchTerms {
  const cleanLine = cleanErrorLine(line);
  const part = termOfParts(cleanLine);
  const term = [part, cleanLine].find((text) => text !== null && isHelpful(text)) ?? null;
  return {
    cleanLine,
    term: term === null ? null : firstCharacters(term, MAX_TERM_CHARACTERS),
    crashSignature: crashSignature(cleanLine),
  };
}

/** Returns whether a trimmed text has more than four characters and is not one of the unhelpful texts. */
export function isHelpful(text: string): boolean {
  const trimmed = text.trim();
  return firstCharacters(trimmed, 5).length > firstCharacters(trimmed, 4).length && !unhelpful.has(trimmed);
}

/** Returns the term in `status | test path | message`: what leaked if the message says so, otherwise the test's file name. */
function termOfParts(line: string): string | null {
  const [, path, message] = line.split(" | ", 3);
  if (path === undefined || message === undefined) return null;
  return leak(message) ?? path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

const LEAKED = " bytes leaked (";

/** Returns TEXT of `123 bytes leaked (TEXT)` at the end of a message. If there are several places where it can begin, the first one counts. */
function leak(message: string): string | null {
  if (!message.endsWith(")")) return null;
  for (let at = message.indexOf(LEAKED); at !== -1; at = message.indexOf(LEAKED, at + 1)) {
    if (!/\d/.test(message.charAt(at - 1))) continue;
    const text = message.slice(at + LEAKED.length, -1);
    return text === "" ? null : text;
  }
  return null;
}

const CRASHED = " application crashed [@ ";

/** Returns SIGNATURE of a line `... application crashed [@ SIGNATURE]`; null for any other line. */
function crashSignature(line: string): string | null {
  if (!line.endsWith("]")) return null;
  // The last occurrence that leaves at least one character for the signature counts.
  const at = line.lastIndexOf(CRASHED, line.length - CRASHED.length - 2);
  if (at < 1) return null;
  const signature = line.slice(at + CRASHED.length, -1);
  return isHelpful(signature) ? signature : null;
}

/** Returns the first characters of a text. They are counted as code points, so that no character is split. */
function firstCharacters(text: string, characters: number): string {
  if (text.length <= characters) return text;
  return [...text.slice(0, 2 * characters)].slice(0, characters).join("");
}
