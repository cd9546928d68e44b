import type { Sample } from "./sample-messages.ts";

/** How one job message ended, in the order in which they did. */
export interface Ended {
  readonly guid: string | null;
  readonly outcome: string;
}

export interface Comparison {
  /** Message, task, outcome, and whether that is right. */
  readonly rows: readonly (readonly string[])[];
  readonly allRight: boolean;
}

/** How the messages ended beside how they should. Pure. */
export function compareEnds(samples: readonly Sample[], ended: readonly Ended[]): Comparison {
  const expected = samples.flatMap(({ title, ends }) => ends.map((end) => ({ title, ...end })));
  const isRight = (index: number): boolean =>
    ended[index]?.guid === expected[index]?.guid && ended[index]?.outcome === expected[index]?.outcome;
  const rows = Array.from({ length: Math.max(expected.length, ended.length) }, (_, index) => {
    const { title = "(nobody sent this)", guid = "nothing", outcome = "" } = expected[index] ?? {};
    const end = ended[index];
    const verdict = isRight(index) ? "as it should" : `should be ${guid} ${outcome}`.trimEnd();
    return [title, end?.guid ?? "", end?.outcome ?? "(not yet)", verdict];
  });
  return { rows, allRight: rows.every((_, index) => isRight(index)) };
}
