import { expect, it } from "@jest/globals";
import { acceptedProjects, type LimitedEntry } from "../../src/config/accepted-projects.ts";
import { matches } from "../../src/config/pattern-index.ts";

/** Returns whole numbers from 0 up to, but not including, a limit. They are the same in each run. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Asks each list and each pattern in turn: slow, but obviously right. */
function walked(entries: readonly LimitedEntry[], exchange: string, project: string): boolean {
  const patterns = new Map<string, string[]>();
  for (const { exchange: name, accept_projects = [] } of entries) {
    patterns.set(name, [...(patterns.get(name) ?? []), ...accept_projects]);
  }
  const accepts = (list: readonly string[]) =>
    list.length === 0 || list.some((pattern) => matches(pattern, project));
  const own = patterns.get(exchange);
  return own === undefined ? [...patterns.values()].every(accepts) : accepts(own);
}

const entry = (exchange: string, accept_projects?: readonly string[]): LimitedEntry => ({
  exchange,
  accept_projects,
});

it("the projects that an exchange may write to are those of a walk over all entries, whatever the patterns and their order", () => {
  const below = numbersFrom(7);
  const text = (most: number, alphabet: string) =>
    Array.from({ length: below(most + 1) }, () => alphabet[below(alphabet.length)]).join("");
  const wrong: unknown[] = [];
  let accepted = 0;
  let asked = 0;
  for (let round = 0; round < 150; round++) {
    // A few patterns in many lists, so that names are accepted by all lists often enough.
    const stock = Array.from({ length: 1 + below(8) }, () => text(5, "ab**-"));
    const list = () => Array.from({ length: 1 + below(4) }, () => stock[below(stock.length)] ?? "");
    const entries = Array.from({ length: below(7) }, () =>
      entry(`e${below(4)}`, below(5) === 0 ? undefined : list()),
    );
    const accepts = acceptedProjects(entries);
    for (let n = 0; n < 60; n++) {
      const exchange = `e${below(6)}`;
      const project = text(6, "ab-");
      const answer = walked(entries, exchange, project);
      // The second answer may come from the cache.
      for (const given of [accepts(exchange, project), accepts(exchange, project)]) {
        if (given !== answer) wrong.push({ entries, exchange, project, answer });
      }
      asked++;
      if (answer) accepted++;
    }
  }
  expect(wrong).toEqual([]);
  expect(accepted).toBeGreaterThan(asked / 10);
  expect(accepted).toBeLessThan((asked * 9) / 10);
});
