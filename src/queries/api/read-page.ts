import { badQuery, ReadRefused } from "./read-refused.ts";

/** Which part of a list is wanted. */
export interface Page {
  readonly offset: number;
  readonly count: number;
}

export interface PageRules {
  /** How many are returned if the question does not say. */
  readonly usual: number;
  readonly most: number;
  /** The body of the answer to a question for more. */
  readonly tooMany: unknown;
}

/** @throws ReadRefused for a count or offset that is not a whole number, or for a count beyond the limit. */
export function readPage(query: URLSearchParams, { usual, most, tooMany }: PageRules): Page {
  const count = readWhole(query, "count") ?? usual;
  if (count > most) throw new ReadRefused(400, tooMany);
  return { offset: readWhole(query, "offset") ?? 0, count };
}

/** Returns a parameter as a whole number; null if it is absent. @throws ReadRefused for anything else. */
export function readWhole(query: URLSearchParams, name: string): number | null {
  const text = query.get(name);
  if (text === null) return null;
  const value = wholeNumber(text);
  if (value === null) throw badQuery(`${name} must be a whole number`);
  return value;
}

/** Returns a text of digits as a number; null for anything else, and for a number that JavaScript cannot hold. */
export function wholeNumber(text: string): number | null {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : null;
}
