import { parseSource, writeSource } from "../../domain/source-json.ts";
import type { Spend } from "./artifact-budget.ts";
import { decodeText, skipWhiteSpace } from "./log-text.ts";

/** What a line with performance data contains; such a line is read at its full length, by all readers. */
export const PERFORMANCE = "PERFHERDER_DATA";

const MARK = `${PERFORMANCE}:`;

// Written out again as JSON later, and by others: some readers of JSON recurse.
const MAX_DEPTH = 64;

/** Collects the performance data in a log. */
export class PerformanceReader {
  readonly #spend: Spend;
  /** The JSON text of each item; as text, since small values take many times their length once they are objects. */
  readonly items: string[] = [];
  #unreadable = 0;

  constructor(spend: Spend) {
    this.#spend = spend;
  }

  /** Lines with the mark and braces, but no JSON between them. */
  get unreadable(): number {
    return this.#unreadable;
  }

  /** @param line - bytes as characters. */
  read(line: string): void {
    const text = performanceText(line);
    if (text === null) return;
    const item = normaliseJson(decodeText(text));
    if (item === null) this.#unreadable += 1;
    else if (this.#spend(Buffer.byteLength(item) + 1)) this.items.push(item);
  }
}

/** From the first `{` that follows a mark and white space to the line's last `}`; null: there is none. */
function performanceText(line: string): string | null {
  for (let mark = line.indexOf(MARK); mark !== -1; mark = line.indexOf(MARK, mark + MARK.length)) {
    const blank = mark + MARK.length;
    const start = skipWhiteSpace(line, blank);
    if (start === blank || line[start] !== "{") continue;
    const end = line.lastIndexOf("}");
    return end > start ? line.slice(start, end + 1) : null;
  }
  return null;
}

/**
 * The JSON text of a JSON value, its numbers as they are written. Takes `NaN` and `Infinity` too, as publishers' Python
 * writes them; JSON has no such numbers, so they become null.
 *
 * @returns null for what is no JSON, or nested too deep.
 */
export function normaliseJson(text: string): string | null {
  const plain = withoutOddNumbers(text);
  if (plain === null) return null;
  try {
    return writeSource(parseSource(plain).source);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** The text with `NaN` and `Infinity` outside strings replaced by null; null where it is nested too deep. */
function withoutOddNumbers(text: string): string | null {
  const pieces: string[] = [];
  let copied = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = stringEnd(text, at);
    else if (character === "{" || character === "[") {
      depth += 1;
      if (depth > MAX_DEPTH) return null;
    } else if (character === "}" || character === "]") depth -= 1;
    else if (character === "N" || character === "I" || character === "-") {
      const odd = oddNumbers.find((name) => text.startsWith(name, at));
      if (odd === undefined) continue;
      pieces.push(text.slice(copied, at), "null");
      at += odd.length - 1;
      copied = at + 1;
    }
  }
  return copied === 0 ? text : `${pieces.join("")}${text.slice(copied)}`;
}

const oddNumbers = ["NaN", "Infinity", "-Infinity"];

/** Position of the quote that ends the string that begins at `from`, or the text's length. */
function stringEnd(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}
