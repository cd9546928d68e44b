import { columns } from "../../src/cli/columns.ts";
import type { ChaosReport, Injected } from "./run-chaos.ts";

const sums = [
  ...(["published", "stored", "unchanged", "skipped", "rejected"] as const),
  ...(["lost", "doubled", "announced"] as const),
];

/** What `--json` prints: figures over all runs. */
export interface ChaosTotals extends Readonly<Record<(typeof sums)[number], number>> {
  readonly seed: number;
  readonly faults: number;
  readonly faults_by_kind: Readonly<Record<string, number>>;
  /** Milliseconds until every worker ended jobs again. */
  readonly recovery_p95_ms: Readonly<Record<string, number>>;
  /** Troubles that are neither a loss nor a double, such as counters that do not fit. */
  readonly troubles: number;
}

export function totalsOf(seed: number, reports: readonly ChaosReport[]): ChaosTotals {
  const injected = reports.flatMap((report) => report.injected);
  const kinds = byKind(injected);
  const sum = (name: (typeof sums)[number]): number => reports.reduce((all, report) => all + report[name], 0);
  return {
    seed,
    ...{ published: sum("published"), stored: sum("stored"), unchanged: sum("unchanged") },
    ...{ skipped: sum("skipped"), rejected: sum("rejected") },
    ...{ lost: sum("lost"), doubled: sum("doubled"), announced: sum("announced") },
    faults: injected.length,
    faults_by_kind: mapped(kinds, (times) => times.length),
    recovery_p95_ms: mapped(kinds, (times) => percentile(times, 0.95)),
    troubles: reports.reduce((all, { troubles }) => all + troubles.length, 0),
  };
}

/** Did the law hold, and all the rest? */
export function isGood({ lost, doubled, troubles }: ChaosTotals): boolean {
  return lost + doubled + troubles === 0;
}

/** The table of faults and recovery times, the outcomes, and what is wrong, for people. */
export function reportText(totals: ChaosTotals, reports: readonly ChaosReport[]): string {
  const kinds = byKind(reports.flatMap((report) => report.injected));
  const table = [...kinds]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([kind, times]) => [
      ...[kind, String(times.length)],
      ...[0.5, 0.95, 1].map((part) => (percentile(times, part) / 1000).toFixed(2)),
    ]);
  const wrong = reports.flatMap(({ breaches, troubles }) => [...breaches, ...troubles]);
  const shown = wrong.slice(0, MOST_SHOWN);
  if (wrong.length > shown.length) shown.push(`... and ${wrong.length - shown.length} more`);
  return [
    columns([["fault", "times", "recovered after: median s", "p95 s", "longest s"], ...table]),
    columns(sums.map((name) => [name, String(totals[name])])),
    ...(shown.length === 0 ? [] : [`${shown.join("\n")}\n`]),
    `seed ${totals.seed}: ${isGood(totals) ? "the law holds" : "THE LAW IS BROKEN"}\n`,
  ].join("\n");
}

const MOST_SHOWN = 50;

/** Times by kind; of one that did not recover, infinitely long. */
function byKind(injected: readonly Injected[]): ReadonlyMap<string, number[]> {
  const kinds = new Map<string, number[]>();
  for (const { fault, recoveryMs } of injected) {
    kinds.set(fault, [...(kinds.get(fault) ?? []), recoveryMs ?? Number.MAX_SAFE_INTEGER]);
  }
  return kinds;
}

function mapped(kinds: ReadonlyMap<string, number[]>, what: (times: number[]) => number) {
  return Object.fromEntries([...kinds].map(([kind, times]) => [kind, what(times)]));
}

/** The smallest that so large a part does not exceed. */
function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
}
