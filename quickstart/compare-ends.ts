import type { Sample } from "./sample-messages.ts";

/** The outcome of one job message. */
export interface Ended {
  readonly guid: string | null;
  readonly outcome: string;
}

export interface Comparison {
  /** Rows of message, task, outcome, and whether the outcome is as expected. */
  readonly rows: readonly (readonly string[])[];
  readonly allRight: boolean;
}

/** Compares the actual outcomes with the expected ones, both in order. Pure. */
export function compareEnds(
  samples: readonly Pick<Sample, "title" | "ends">[],
  ended: readonly Ended[],
): Comparison {
  const expected = samples.flatMap(({ title, ends }) => ends.map((end) => ({ title, ...end })));
  const isRight = (index: number): boolean =>
    ended[index]?.guid === expected[index]?.guid && ended[index]?.outcome === expected[index]?.outcome;
  const rows = Array.from({ length: Math.max(expected.length, ended.length) }, (_, index) => {
    const { title = "(not sent by the quickstart)", guid = "nothing", outcome = "" } = expected[index] ?? {};
    const end = ended[index];
    const verdict = isRight(index) ? "as expected" : `expected ${guid} ${outcome}`.trimEnd();
    return [title, end?.guid ?? "", end?.outcome ?? "(not yet)", verdict];
  });
  return { rows, allRight: rows.every((_, index) => isRight(index)) };
}
