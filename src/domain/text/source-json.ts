import { randomBytes } from "node:crypto";

/**
 * The text of a number that JSON.parse and JSON.stringify would change, such as `1724442618569203714`, `1.10`, `1e400` or
 * `-0`. It keeps the digits that the publisher wrote.
 */
export class SourceNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** Returns the number with a mark, which `writeSource` removes. JSON.stringify alone would keep the mark. */
  toJSON(): string {
    return MARK + this.text;
  }
}

/** The type of a value in which each number may be replaced with a {@link SourceNumber}. */
export type Source<T> = T extends number
  ? number | SourceNumber
  : T extends object
    ? { readonly [Name in keyof T]: Source<T[Name]> }
    : T;

export interface ParsedSource {
  /** The value that JSON.parse returns, for checks: `1e400` is infinite, and long numbers are rounded. */
  readonly value: unknown;
  /** The value to store, with a SourceNumber for each number that would change. If none would, it is the same object. */
  readonly source: unknown;
}

/** A random text, so that no sender can guess it and send a string that `writeSource` treats as a number. It never leaves the process. */
const MARK = randomBytes(12).toString("base64url");
const markedNumber = new RegExp(`"${MARK}([^"]*)"`, "g");

/**
 * Matches a text that may contain a number that would change: one with more than 15 digits, an exponent, or a fraction that ends
 * with 0 or begins with six zeros, or -0. Strings are not skipped, because a false match only costs time.
 */
const mayChange = /[[:,\s](?:-0|-?\d(?:[\d.]{15,}|[\d.]*(?:[eE][+-]?\d+|\.\d*0|\.000000\d*)))(?=[\],}\s]|$)/;

/**
 * Parses a JSON text without a limit on the numbers that are kept as text. See {@link parseSourceWithin}.
 *
 * @throws SyntaxError from JSON.parse.
 */
export function parseSource(text: string): ParsedSource {
  return parseSourceWithin(text, Number.POSITIVE_INFINITY);
}

/**
 * Parses a JSON text. A lone surrogate becomes U+FFFD, because stores cannot keep it, and a name that contains it could not be found
 * again.
 *
 * @param mostKept - how many numbers may be kept as text. Each takes ten times as long as an ordinary number.
 * @returns undefined as the source if the text contains more such numbers.
 * @throws SyntaxError from JSON.parse.
 */
export function parseSourceWithin(text: string, mostKept: number): ParsedSource {
  // In UTF-8 a lone surrogate can only be written as an escape, which is rare.
  const mayHoldHalves = text.includes("\\ud") || text.includes("\\uD");
  const parsed: unknown = JSON.parse(text);
  const value = mayHoldHalves ? restore(parsed) : parsed;
  const mayHoldChanged = mayChange.test(text) || typeof value === "number";
  if (!mayHoldChanged) return { value, source: value };
  const { marked, kept } = markNumbers(text, mostKept);
  if (kept > mostKept) return { value, source: undefined };
  return { value, source: kept === 0 ? value : restore(JSON.parse(marked)) };
}

/** Returns the JSON text of a parsed value, or of a part of one, with each number as it was written. */
export function writeSource(source: unknown, indent?: number): string {
  const text = JSON.stringify(source, null, indent);
  return text.includes(MARK) ? text.replace(markedNumber, "$1") : text;
}

/**
 * Returns a JSON text in which each number that JavaScript would change is a marked string, with the count of these numbers. Stops
 * when there are too many.
 */
function markNumbers(text: string, mostKept: number): { readonly marked: string; readonly kept: number } {
  const pieces: string[] = [];
  let [kept, from] = [0, 0];
  const quoteOrNumber = /"|-?\d[\d.eE+-]*/g;
  for (let found = quoteOrNumber.exec(text); found !== null; found = quoteOrNumber.exec(text)) {
    const [token] = found;
    if (token === '"') {
      quoteOrNumber.lastIndex = stringEnd(text, found.index);
    } else if (String(Number(token)) !== token) {
      if (++kept > mostKept) break;
      pieces.push(text.slice(from, found.index), `"${MARK}${token}"`);
      from = quoteOrNumber.lastIndex;
    }
  }
  pieces.push(text.slice(from));
  return { marked: pieces.join(""), kept };
}

/** Returns the position after the string that begins at this quote. */
export function stringEnd(text: string, quote: number): number {
  let at = quote + 1;
  for (let code = text.charCodeAt(at); code !== QUOTE && at < text.length; code = text.charCodeAt(at)) {
    at += code === BACKSLASH ? 2 : 1;
  }
  return Math.min(at + 1, text.length);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Replaces marked strings with their numbers, and lone surrogates in other strings and in names, in place. A reviver for JSON.parse
 * would take three times as long.
 */
function restore(value: unknown): unknown {
  if (typeof value === "string") {
    return value.startsWith(MARK) ? new SourceNumber(value.slice(MARK.length)) : value.toWellFormed();
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (typeof item === "string" || typeof item === "object") value[index] = restore(item);
    }
  } else if (isContainer(value)) {
    for (const name of Object.keys(value)) {
      const member = value[name];
      if (typeof member === "string" || typeof member === "object") value[name] = restore(member);
      if (!name.isWellFormed()) rename(value, name, name.toWellFormed());
    }
  }
  return value;
}

/** Renames a member. It becomes the last one. */
function rename(container: Record<string, unknown>, from: string, to: string): void {
  container[to] = container[from];
  Reflect.deleteProperty(container, from);
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
