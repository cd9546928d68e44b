/** Random numbers that are the same for the same seed. */
export interface Random {
  /** Returns a whole number from 0 up to, but not including, `below`. */
  below(below: number): number;
  /** Returns true with a probability of 1 in this number. */
  oneIn(times: number): boolean;
  pick<T>(list: readonly T[]): T;
}

/** @param seeds - any whole numbers. Each list of seeds gives its own sequence (splitmix32). */
export function randomOf(...seeds: readonly number[]): Random {
  let state = 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  for (const seed of seeds) {
    state ^= seed;
    state = next();
  }
  const below = (limit: number): number => Math.floor((next() / 2 ** 32) * limit);
  return {
    below,
    oneIn: (times) => below(times) === 0,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new Error("nothing to pick from");
      return list[below(list.length)] as T;
    },
  };
}
