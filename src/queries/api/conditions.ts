import { epochSeconds } from "../../normalise/epoch-seconds.ts";
import { badQuery } from "./read-refused.ts";

/** The type of a field. It decides how values are read and compared. */
export type FieldKind = "number" | "text" | "time";
/** The fields that a list can be filtered on. All others are ignored. */
export type Fields = ReadonlyMap<string, FieldKind>;

export type Value = string | number;
/** The value of a field in a row. */
export type Cell = Value | null | undefined;

export type Operator = "eq" | "ne" | "gt" | "gte" | "lt" | "lte" | "in" | "nin";

/** One filter of a request: `field=value` or `field__op=value`. */
export interface Condition {
  readonly field: string;
  readonly op: Operator;
  /** One value, except for `in` and `nin`. */
  readonly values: readonly Value[];
}

/** One row for each operator. A cell without a value (null) matches only `ne` and `nin`. */
const operators: Readonly<Record<Operator, (cell: Cell, values: readonly Value[]) => boolean>> = {
  eq: (cell, [value]) => cell === value,
  ne: (cell, [value]) => cell !== value,
  gt: (cell, [value]) => compare(cell, value, (a, b) => a > b),
  gte: (cell, [value]) => compare(cell, value, (a, b) => a >= b),
  lt: (cell, [value]) => compare(cell, value, (a, b) => a < b),
  lte: (cell, [value]) => compare(cell, value, (a, b) => a <= b),
  in: (cell, values) => values.some((value) => value === cell),
  nin: (cell, values) => !values.some((value) => value === cell),
};

/** The most values in one list, and the most characters of a value. A request line has room for little more. */
const MAX_VALUES = 1000;
const MAX_CHARACTERS = 500;

/**
 * Reads the filters of a request.
 *
 * @param query - contains each name only once.
 * @throws ReadRefused for a known field with an unknown operator, or with a value that it cannot have.
 */
export function readConditions(query: URLSearchParams, fields: Fields): Condition[] {
  const conditions: Condition[] = [];
  for (const [name, text] of query) {
    const [field = "", op = "eq", ...more] = name.split("__");
    const kind = fields.get(field);
    if (kind === undefined) continue;
    if (!isOperator(op) || more.length > 0) {
      throw badQuery(`${name}: unknown operator; use one of ${Object.keys(operators).slice(1).join(", ")}`);
    }
    const texts = op === "in" || op === "nin" ? text.split(",") : [text];
    if (texts.length > MAX_VALUES) throw badQuery(`${name}: more than ${MAX_VALUES} values`);
    conditions.push({ field, op, values: texts.map((value) => readValue(name, value, kind)) });
  }
  return conditions;
}

/** Returns whether a row fits all conditions. */
export function fits(row: Readonly<Record<string, unknown>>, conditions: readonly Condition[]): boolean {
  return conditions.every(({ field, op, values }) => operators[op](toCell(row[field]), values));
}

function isOperator(text: string): text is Operator {
  return Object.hasOwn(operators, text);
}

function readValue(name: string, text: string, kind: FieldKind): Value {
  if (text.length > MAX_CHARACTERS) throw badQuery(`${name}: longer than ${MAX_CHARACTERS} characters`);
  if (kind === "text") return text;
  const value = kind === "number" ? readNumber(text) : readTime(text);
  if (value === null) throw badQuery(`${name}: must be a ${kind}`);
  return value;
}

function readNumber(text: string): number | null {
  return /^-?\d{1,16}(\.\d{1,9})?$/.test(text.trim()) ? Number(text) : null;
}

/** Returns a time in whole seconds since the Unix epoch; null for any other text. A time without a zone is UTC. */
export function readSeconds(text: string): number | null {
  // A plus sign that was not encoded arrives as a space.
  return epochSeconds(text.replace(/(:\d\d(?:[.,]\d+)?) (\d\d:?\d\d)$/, "$1+$2"));
}

/** Returns a time in its stored form: ISO 8601, UTC, with milliseconds; null for any other text. A time without a zone is UTC. */
export function readTime(text: string): string | null {
  const seconds = readSeconds(text);
  if (seconds === null) return null;
  const [, fraction = ""] = /:\d\d[.,](\d{1,3})/.exec(text) ?? [];
  return isoTime(seconds * 1000 + Number(fraction.padEnd(3, "0")));
}

const [FIRST, LAST] = [Date.parse("0000-01-01T00:00:00.000Z"), Date.parse("9999-12-31T23:59:59.999Z")];

/**
 * Returns a time in its stored form. Stored times are compared as texts, so their years must have four digits. A time outside this
 * range becomes the first or the last time in it.
 */
export function isoTime(ms: number): string {
  return new Date(Math.min(Math.max(ms, FIRST), LAST)).toISOString();
}

function compare(cell: Cell, value: Value | undefined, is: (a: Value, b: Value) => boolean): boolean {
  return cell !== null && cell !== undefined && value !== undefined && is(cell, value);
}

function toCell(value: unknown): Cell {
  return typeof value === "string" || typeof value === "number" ? value : null;
}
