import { numberAfter } from "../../domain/document-numbers.ts";

/**
 * The numbers that new documents of a collection get. Each document wants a number of its own; one that is taken is
 * replaced by the next that is free. An adapter asks the store which of {@link WantedNumbers.unsure} are taken and notes them,
 * until none is unsure.
 */
export class WantedNumbers {
  readonly #byId = new Map<string, number>();
  readonly #used = new Set<number>();
  #unsure: readonly string[];

  /** @param wanted - ids of documents, and the numbers that they want. */
  constructor(wanted: readonly (readonly [id: string, number: number])[]) {
    for (const [id, number] of wanted) this.#choose(id, number);
    this.#unsure = [...this.#byId.keys()];
  }

  /** Returns the numbers of which it is not known yet whether they are free. */
  unsure(): number[] {
    return this.#unsure.map((id) => this.of(id));
  }

  /** @param taken - those of the unsure numbers that stored documents have. The others are free. */
  note(taken: ReadonlySet<number>): void {
    this.#unsure = this.#unsure.filter((id) => taken.has(this.of(id)));
    for (const id of this.#unsure) this.#choose(id, numberAfter(this.of(id)));
  }

  of(id: string): number {
    const number = this.#byId.get(id);
    if (number === undefined) throw new Error(`no number is wanted for ${id}`);
    return number;
  }

  #choose(id: string, first: number): void {
    let number = first;
    while (this.#used.has(number)) number = numberAfter(number);
    this.#used.add(number);
    this.#byId.set(id, number);
  }
}

/** Returns a document with its number. */
export function withNumber<T extends { readonly rest_id: number }>(document: T, rest_id: number): T {
  return document.rest_id === rest_id ? document : { ...document, rest_id };
}
