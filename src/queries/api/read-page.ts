import { badQuery, ReadRefused } from "./read-refused.ts";

/** The requested part of a list. */
export interface Page {
  readonly offset: number;
  readonly count: number;
}

export interface PageRules {
  /** The count if the request does not give one. */
  readonly usual: number;
  readonly most: number;
  /** The body of the answer to a request for more. */
  readonly tooMany: unknown;
}

/** Reads `offset` and `count`. @throws ReadRefused if either is not a whole number, or if the count exceeds the limit. */
export function readPage(query: URLSearchParams, { usual, most, tooMany }: PageRules): Page {
  const count = readWhole(query, "count") ?? usual;
  if (count > most) throw new ReadRefused(400, tooMany);
  return { offset: readWhole(query, "offset") ?? 0, count };
}

/** Returns a parameter as a whole number, or null if it is absent. @throws ReadRefused if it is anything else. */
export function readWhole(query: URLSearchParams, name: string): number | null {
  const text = query.get(name);
  if (text === null) return null;
  const value = wholeNumber(text);
  if (value === null) throw badQuery(`${name} must be a whole number`);
  return value;
}

/** Returns a text of digits as a number; null for anything else, and for a number that JavaScript cannot represent exactly. */
export function wholeNumber(text: string): number | null {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : null;
}
