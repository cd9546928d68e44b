/** What one error line is looked up by. */
export interface SearchTerms {
  /** The line without its prefix, trimmed. */
  readonly cleanLine: string;
  /** At most 100 characters; null: nothing in the line is worth a look-up. */
  readonly term: string | null;
  /** Of a crash, as long as it is; looked up where the term finds nothing. */
  readonly crashSignature: string | null;
}

const MAX_TERM_CHARACTERS = 100;

/** All levels, and at most one space more than the detector of errors asks for. */
const prefix = /^\d+:\d+:\d+ +(?:DEBUG|INFO|WARNING|ERROR|CRITICAL|FATAL) - {1,2}/;

/** Text that would match too many summaries, or none that help. */
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

/** What to look an error line up by; the line as it stands in a summary. */
export function searchTerms(line: string): SearchTerms {
  const cleanLine = line.replace(prefix, "").trim();
  const part = termOfParts(cleanLine);
  const term = [part, cleanLine].find((text) => text !== null && isHelpful(text)) ?? null;
  return {
    cleanLine,
    term: term === null ? null : firstCharacters(term, MAX_TERM_CHARACTERS),
    crashSignature: crashSignature(cleanLine),
  };
}

/** Is the text, trimmed, longer than four characters and none of those that match too much? */
export function isHelpful(text: string): boolean {
  const trimmed = text.trim();
  return firstCharacters(trimmed, 5).length > firstCharacters(trimmed, 4).length && !unhelpful.has(trimmed);
}

/** `status | test path | message`: what leaked where the message tells it, else the test's file name. */
function termOfParts(line: string): string | null {
  const [, path, message] = line.split(" | ", 3);
  if (path === undefined || message === undefined) return null;
  return leak(message) ?? path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

const LEAKED = " bytes leaked (";

/** TEXT of `123 bytes leaked (TEXT)` at the end of the message, from the first place where it can begin. */
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

/** SIGNATURE of a line that is something, ` application crashed [@ `, SIGNATURE and `]` as a whole. */
function crashSignature(line: string): string | null {
  if (!line.endsWith("]")) return null;
  // The last place that leaves a character of signature.
  const at = line.lastIndexOf(CRASHED, line.length - CRASHED.length - 2);
  if (at < 1) return null;
  const signature = line.slice(at + CRASHED.length, -1);
  return isHelpful(signature) ? signature : null;
}

/** By code points, so that no character is cut in two. */
function firstCharacters(text: string, characters: number): string {
  if (text.length <= characters) return text;
  return [...text.slice(0, 2 * characters)].slice(0, characters).join("");
}
