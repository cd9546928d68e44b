import { randomUUID } from "node:crypto";

/**
 * A number that JSON.parse and JSON.stringify would write differently, as it stands in the text: `1724442618569203714`,
 * `1.10`, `1e400`, `-0`. What publishers send is kept with the digits that they wrote.
 */
export class SourceNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** For `writeSource`; JSON.stringify alone would leave the mark in. */
  toJSON(): string {
    return MARK + this.text;
  }
}

/** The type of a value in whose place a parsed text may have a {@link SourceNumber} for each number. */
export type Source<T> = T extends number
  ? number | SourceNumber
  : T extends object
    ? { readonly [Name in keyof T]: Source<T[Name]> }
    : T;

export interface ParsedSource {
  /** As JSON.parse gives it, but for numbers that it would change. */
  readonly source: unknown;
  /** No number would be changed: `source` holds no SourceNumber. */
  readonly isPlain: boolean;
}

/** Random, so that nobody can send a text that `writeSource` takes for a number. It never leaves the process. */
const MARK = randomUUID();
const markedNumber = new RegExp(`"${MARK}([^"]*)"`, "g");

/**
 * Finds whether a text may hold a number that would be changed, in one pass and without a look at what is a string: more
 * than 15 digits, an exponent, a fraction that ends with 0 or begins with six of them, or -0. A text that is nothing but a
 * number may be one too. Where it is found in error, only time is lost.
 */
const mayChange =
  /(?:^\s*|[[:,\s])(?=[-\d])(?:-0|-?(?:\d[\d.]{15,}|[\d.]*[eE][+-]?\d+|\d+\.(?:\d*0|000000\d*)))(?=[\],}\s]|$)/;

/**
 * Parses a JSON text. A lone surrogate becomes U+FFFD: no store could keep it, and a name with it would not be found again.
 *
 * @throws SyntaxError by JSON.parse.
 */
export function parseSource(text: string): ParsedSource {
  // A lone surrogate can only be written as an escape, which is rare.
  const mayHoldHalves = text.includes("\\ud") || text.includes("\\uD");
  const plain: unknown = mayHoldHalves ? JSON.parse(text, toWellFormed) : JSON.parse(text);
  if (!mayChange.test(text)) return { source: plain, isPlain: true };
  const marked = markNumbers(text);
  if (marked === null) return { source: plain, isPlain: true };
  return { source: JSON.parse(marked, toSource), isPlain: false };
}

/** Returns the JSON text of a parsed value or a part of one, with each number as it stood in its text. */
export function writeSource(source: unknown, indent?: number): string {
  const text = JSON.stringify(source, null, indent);
  return text.includes(MARK) ? text.replace(markedNumber, "$1") : text;
}

/** Returns the value as JSON.parse gives it, to judge it by: `1e400` is infinite in it, and other numbers are rounded. */
export function plainValue(source: unknown): unknown {
  return JSON.parse(writeSource(source));
}

/** Returns the text, which must be JSON, with each number that would be changed as a marked string; null: there is none. */
function markNumbers(text: string): string | null {
  let hasMarks = false;
  const mark = (number: string): string => {
    if (String(Number(number)) === number) return number;
    hasMarks = true;
    return `"${MARK}${number}"`;
  };
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at);
    const string = quote === -1 ? text.length : quote;
    pieces.push(text.slice(at, string).replace(/-?\d[\d.eE+-]*/g, mark));
    at = stringEnd(text, string);
    pieces.push(text.slice(string, at));
  }
  return hasMarks ? pieces.join("") : null;
}

/** Returns the position behind the string that begins at this quote. */
export function stringEnd(text: string, quote: number): number {
  let at = quote + 1;
  for (let code = text.charCodeAt(at); code !== QUOTE && at < text.length; code = text.charCodeAt(at)) {
    at += code === BACKSLASH ? 2 : 1;
  }
  return Math.min(at + 1, text.length);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function toSource(name: string, value: unknown): unknown {
  const isMarked = typeof value === "string" && value.startsWith(MARK);
  return isMarked ? new SourceNumber(value.slice(MARK.length)) : toWellFormed(name, value);
}

function toWellFormed(_name: string, value: unknown): unknown {
  return typeof value === "string" ? value.toWellFormed() : value;
}
