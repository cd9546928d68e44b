import { numberAfter } from "../../domain/document-numbers.ts";

/**
 * Assigns numbers to the new documents of a collection. Each document has a preferred number; if it is taken, the next free number
 * is used. An adapter asks the store which numbers of {@link WantedNumbers.unsure} are taken and calls {@link WantedNumbers.note},
 * until no number is unsure.
 */
export class WantedNumbers {
  readonly #byId = new Map<string, number>();
  readonly #used = new Set<number>();
  #unsure: readonly string[];

  /** @param wanted - the ids of the documents, and their preferred numbers. */
  constructor(wanted: readonly (readonly [id: string, number: number])[]) {
    for (const [id, number] of wanted) this.#choose(id, number);
    this.#unsure = [...this.#byId.keys()];
  }

  /** Returns the assigned numbers that may still be taken. */
  unsure(): number[] {
    return this.#unsure.map((id) => this.of(id));
  }

  /**
   * Reassigns numbers that are taken.
   *
   * @param taken - the unsure numbers that stored documents have. The other unsure numbers are free.
   */
  note(taken: ReadonlySet<number>): void {
    this.#unsure = this.#unsure.filter((id) => taken.has(this.of(id)));
    for (const id of this.#unsure) this.#choose(id, numberAfter(this.of(id)));
  }

  /** Returns the number assigned to a document. */
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
