import * as z from "zod";
import { columns } from "../../src/cli/output/columns.ts";
import type { BenchOptions, Figures, Goal, Measured, Part } from "./part.ts";
import type { Spread } from "./spread.ts";

export type Report = ReadonlyMap<string, Measured>;

const spread = z.object({ median: z.number(), min: z.number(), max: z.number() });

/** The member `noise` of the output of `--json`: for each part, the figures that were measured in several rounds. */
export const noise = z.object({ rounds: z.number().int() }).catchall(z.record(z.string(), spread));

/** Returns the object that `--json` prints: the figures of each part, and `noise`. */
export function asObject(report: Report, { rounds }: Pick<BenchOptions, "rounds">): Record<string, unknown> {
  const figures = [...report].map(([name, part]) => [name, part.figures] as const);
  const spreads = [...report].flatMap(([name, part]) =>
    part.spreads ? [[name, part.spreads] as const] : [],
  );
  return { ...Object.fromEntries(figures), noise: { rounds, ...Object.fromEntries(spreads) } };
}

/** Returns the same figures as text: each figure, how much it differed between rounds, and its target. */
export function asTable(report: Report, parts: Readonly<Record<string, Part>>): string {
  const rows = [["part", "figure", "value", "min", "max", "goal", "what"]];
  for (const [name, { what, figures, spreads = {} }] of report) {
    for (const [figure, value] of flat(figures)) {
      const { min, max } = rangeOf(spreads[figure]);
      rows.push([
        ...[name, figure, value === null ? "not counted" : String(value), min, max],
        ...[goalText(value, parts[name]?.goals[figure]), what],
      ]);
    }
  }
  return columns(rows);
}

/** Returns the figures as a flat list. The name of a figure in a group is `group.name`. */
export function flat(figures: Figures): [string, number | null][] {
  return Object.entries(figures).flatMap(([name, value]): [string, number | null][] => {
    if (value === null || typeof value === "number") return [[name, value]];
    return flat(value).map(([inner, each]) => [`${name}.${inner}`, each]);
  });
}

function rangeOf(spreadOf: Spread | undefined): { readonly min: string; readonly max: string } {
  return { min: String(spreadOf?.min ?? ""), max: String(spreadOf?.max ?? "") };
}

function goalText(value: number | null, goal: Goal | undefined): string {
  if (goal === undefined || value === null) return "";
  const isMet = "atLeast" in goal ? value >= goal.atLeast : value <= goal.atMost;
  const text = "atLeast" in goal ? `at least ${goal.atLeast}` : `at most ${goal.atMost}`;
  return isMet ? text : `${text}: MISSED`;
}
