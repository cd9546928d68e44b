import { createHash } from "node:crypto";

/**
 * Random choices that depend only on the given names, so that choices for one thing do not depend on how many were made for
 * others.
 */
export class SeededRandom {
  #state: number;

  /** @param names - what the choices are for, such as the seed, `"push"` and the push's number. */
  constructor(...names: readonly (string | number)[]) {
    this.#state = createHash("sha256").update(JSON.stringify(names)).digest().readUInt32LE(0);
  }

  /** Returns a number from 0 to below 1, by the generator mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Returns a whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  isOneIn(count: number): boolean {
    return this.next() < 1 / count;
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.between(0, list.length - 1)] ?? list[0];
  }
}

/** Returns lower-case hexadecimal digits that depend only on the given names. */
export function seededHex(digits: number, ...names: readonly (string | number)[]): string {
  return createHash("sha1").update(JSON.stringify(names)).digest("hex").slice(0, digits);
}
