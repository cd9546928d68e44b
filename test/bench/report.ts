import { columns } from "../../src/cli/output/columns.ts";
import type { Goal, Measured, Part } from "./part.ts";

/** Returns the figures as text: what was measured, each figure, and its target. */
export function asTable(
  report: ReadonlyMap<string, Measured>,
  parts: Readonly<Record<string, Part>>,
): string {
  const rows = [["part", "figure", "value", "goal", "what"]];
  for (const [name, { what, figures }] of report) {
    for (const [figure, value] of Object.entries(figures)) {
      rows.push([name, figure, String(value), asked(value, parts[name]?.goals[figure]), what]);
    }
  }
  return columns(rows);
}

function asked(value: number, goal: Goal | undefined): string {
  if (goal === undefined) return "";
  const isMet = "atLeast" in goal ? value >= goal.atLeast : value <= goal.atMost;
  const text = "atLeast" in goal ? `at least ${goal.atLeast}` : `at most ${goal.atMost}`;
  return isMet ? text : `${text}: MISSED`;
}
