import { numberOf } from "../../domain/document-numbers.ts";

/** Returns the number of a name that has no document of its own, such as a machine or a kind of job. */
export type NameNumber = (...name: readonly string[]) => number;

/** Creates a function that remembers the numbers it has computed, because the rows of a list share most of their names. */
export function createNameNumbers(): NameNumber {
  const known = new Map<string, number>();
  return (...name) => {
    // A single name is hashed as it is. Several names are joined as JSON, so that their boundaries count.
    const text = name.length === 1 ? (name[0] ?? "") : JSON.stringify(name);
    const number = known.get(text) ?? numberOf(text);
    known.set(text, number);
    return number;
  };
}
