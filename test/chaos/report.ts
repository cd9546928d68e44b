import { columns } from "../../src/cli/output/columns.ts";
import type { Judgement } from "./judge.ts";
import type { ChaosReport, Injected } from "./run-chaos.ts";
import { CATCH_UP_BOUND_MS, type MeasuredReport, QUEUE_BOUND } from "./run-outage.ts";

/** Sums over all runs, in the order in which they are printed. */
interface Sums {
  readonly published: number;
  /** The part of them that was posted over REST, by verdict. */
  readonly posted_stored: number;
  readonly posted_unchanged: number;
  readonly posted_rejected: number;
  /** Requests that were sent again. */
  readonly posts_repeated: number;
  /** Messages that were sent with headers that break clients. */
  readonly poisoned: number;
  readonly stored: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly rejected: number;
  readonly lost: number;
  readonly doubled: number;
  readonly announced: number;
  /** Errors other than lost and doubled messages, such as counters that do not match. */
  readonly troubles: number;
  /** Entries left in the ledger of suspects, which do no harm. */
  readonly suspects_left: number;
}

/** The output of `--json` for a run with faults. */
export interface ChaosTotals extends Sums {
  readonly seed: number;
  readonly faults: number;
  readonly faults_by_kind: Readonly<Record<string, number>>;
  /** The time until every worker ended jobs again, in milliseconds. */
  readonly recovery_p95_ms: Readonly<Record<string, number>>;
}

/** The output of `--json` for an outage or a burst. */
export interface MeasuredTotals extends Sums {
  readonly seed: number;
  readonly peak_queue_messages: number;
  /** The time since the store's return. Only an outage has it. */
  readonly caught_up_ms?: number;
}

export function totalsOf(seed: number, reports: readonly ChaosReport[]): ChaosTotals {
  const injected = reports.flatMap((report) => report.injected);
  const kinds = byKind(injected);
  return {
    seed,
    ...sumsOf(reports),
    faults: injected.length,
    faults_by_kind: mapped(kinds, (times) => times.length),
    recovery_p95_ms: mapped(kinds, (times) => percentile(times, 0.95)),
  };
}

export function measuredOf(seed: number, reports: readonly MeasuredReport[]): MeasuredTotals {
  const caughtUp = reports.flatMap(({ caughtUpMs }) => caughtUpMs ?? []);
  return {
    seed,
    ...sumsOf(reports),
    peak_queue_messages: Math.max(...reports.map(({ peakQueue }) => peakQueue)),
    ...(caughtUp.length === 0 ? {} : { caught_up_ms: Math.max(...caughtUp) }),
  };
}

/** Returns whether the law held and there were no other errors. */
export function isGood(totals: ChaosTotals | MeasuredTotals): boolean {
  if (totals.lost + totals.doubled + totals.troubles > 0) return false;
  if (!("peak_queue_messages" in totals)) return true;
  return totals.peak_queue_messages < QUEUE_BOUND && (totals.caught_up_ms ?? 0) <= CATCH_UP_BOUND_MS;
}

/** Returns a text with the table of faults and recovery times, the outcomes, and the errors. */
export function reportText(
  totals: ChaosTotals | MeasuredTotals,
  reports: readonly (ChaosReport | MeasuredReport)[],
): string {
  const injected = reports.flatMap((report) => ("injected" in report ? report.injected : []));
  const table = [...byKind(injected)]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([kind, times]) => [
      ...[kind, String(times.length)],
      ...[0.5, 0.95, 1].map((part) => (percentile(times, part) / 1000).toFixed(2)),
    ]);
  const head = ["fault", "times", "recovered after: median s", "p95 s", "longest s"];
  const figures = Object.entries(totals).filter(([, value]) => typeof value === "number");
  const wrong = reports.flatMap(({ breaches, troubles }) => [...breaches, ...troubles]);
  const shown = wrong.slice(0, MOST_SHOWN);
  if (wrong.length > shown.length) shown.push(`... and ${wrong.length - shown.length} more`);
  return [
    ...(table.length === 0 ? [] : [columns([head, ...table])]),
    columns(figures.map(([name, value]) => [name, String(value)])),
    ...(shown.length === 0 ? [] : [`${shown.join("\n")}\n`]),
    isGood(totals) ? "The law holds.\n" : "THE LAW IS BROKEN, or a bound.\n",
  ].join("\n");
}

const MOST_SHOWN = 50;

function sumsOf(reports: readonly Judgement[]): Sums {
  const sum = (of: (report: Judgement) => number): number => reports.reduce((all, each) => all + of(each), 0);
  return {
    published: sum(({ published }) => published),
    posted_stored: sum(({ posted }) => posted.stored),
    posted_unchanged: sum(({ posted }) => posted.unchanged),
    posted_rejected: sum(({ posted }) => posted.rejected),
    posts_repeated: sum(({ posted }) => posted.repeated),
    poisoned: sum(({ poisoned }) => poisoned),
    stored: sum(({ stored }) => stored),
    unchanged: sum(({ unchanged }) => unchanged),
    skipped: sum(({ skipped }) => skipped),
    rejected: sum(({ rejected }) => rejected),
    lost: sum(({ lost }) => lost),
    doubled: sum(({ doubled }) => doubled),
    announced: sum(({ announced }) => announced),
    troubles: sum(({ troubles }) => troubles.length),
    suspects_left: sum(({ suspectsLeft }) => suspectsLeft),
  };
}

/** Returns recovery times by kind; infinity where a worker did not recover. */
function byKind(injected: readonly Injected[]): ReadonlyMap<string, number[]> {
  const kinds = new Map<string, number[]>();
  for (const { fault, recoveryMs } of injected) {
    kinds.set(fault, [...(kinds.get(fault) ?? []), recoveryMs ?? Number.MAX_SAFE_INTEGER]);
  }
  return kinds;
}

function mapped(
  kinds: ReadonlyMap<string, number[]>,
  what: (times: number[]) => number,
): Record<string, number> {
  return Object.fromEntries([...kinds].map(([kind, times]) => [kind, what(times)]));
}

/** Returns the smallest value that this share of all values does not exceed. */
function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
}
