import { parseSource, writeSource } from "../../domain/source-json.ts";
import type { Refusal } from "../../domain/submission.ts";
import type { Spend } from "./artifact-budget.ts";
import { decodeText, skipWhiteSpace } from "./log-text.ts";
import { whyNotStorable } from "./storable-performance.ts";

/** What a line with performance data contains; such a line is read at its full length, by all readers. */
export const PERFORMANCE = "PERFHERDER_DATA";

const MARK = `${PERFORMANCE}:`;

// Written out again as JSON later, and by others: some readers of JSON recurse.
const MAX_DEPTH = 64;

/** A log of a long performance test has some hundred items; what this bounds is the memory that tiny ones take. */
const MAX_ITEMS = 10_000;
/** The first few refused items say what is wrong with all of them. */
const MAX_REFUSALS = 5;

/**
 * Collects the performance data in a log. Each item is parsed, checked and kept as text before the next one is read:
 * small values take many times their length once they are objects.
 */
export class PerformanceReader {
  readonly #spend: Spend;
  readonly #keepUnfit: boolean;
  /** The JSON text of each item. */
  readonly items: string[] = [];
  /** The first items that do not fit the performance schema. */
  readonly refusals: Refusal[] = [];
  #read = 0;
  #refused = 0;
  #leftOut = 0;
  #unreadable = 0;

  /** @param keepUnfit - also keep the items that do not fit the performance schema. */
  constructor(spend: Spend, keepUnfit: boolean) {
    this.#spend = spend;
    this.#keepUnfit = keepUnfit;
  }

  /** Items that do not fit the performance schema. */
  get refused(): number {
    return this.#refused;
  }

  /** Items that fit, and were more than may be kept. */
  get leftOut(): number {
    return this.#leftOut;
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
    else this.#take(item);
  }

  #take(item: string): void {
    this.#read += 1;
    const reason = whyNotStorable(JSON.parse(item));
    if (reason !== null) {
      this.#refused += 1;
      if (this.refusals.length < MAX_REFUSALS) {
        this.refusals.push({ what: `performance data ${this.#read}`, reason });
      }
      if (!this.#keepUnfit) return;
    }
    const hasRoom = this.items.length < MAX_ITEMS && this.#spend(Buffer.byteLength(item) + 1, true);
    if (hasRoom) this.items.push(item);
    else this.#leftOut += 1;
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
