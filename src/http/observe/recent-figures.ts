import type { Histogram } from "prom-client";
import type { Outcome } from "../../domain/delivery.ts";
import { type Counters, outcomeTotals } from "../../metrics/counters.ts";

/** The totals of a histogram since the start, summed over all labels. */
export interface LagTotals {
  readonly count: number;
  readonly sum: number;
  /** The upper edges of the buckets, ascending and without infinity, each with the number of values up to that edge. */
  readonly buckets: readonly (readonly [edge: number, count: number])[];
}

/** All counts at one moment. */
export interface Sample {
  /** Milliseconds of a monotonic clock. */
  readonly atMs: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly arrivalLag: LagTotals;
  readonly storedLag: LagTotals;
  /** The number of messages that wait in the queue; null if unknown. */
  readonly queueReady: number | null;
}

/** A lag in seconds. */
export interface LagFigures {
  readonly mean: number;
  readonly p95: number;
}

export interface RecentFigures {
  readonly seconds: number;
  readonly outcomes_per_second: Record<Outcome, number>;
  /** Null if nothing was measured between the two samples. */
  readonly arrival_lag_seconds: LagFigures | null;
  readonly stored_lag_seconds: LagFigures | null;
}

/** Rates and queue depth of each step between two samples, oldest first. */
export interface History {
  readonly step_seconds: number;
  readonly outcomes_per_second: Record<Outcome, number[]>;
  /** At the end of each step. */
  readonly queue_ready: (number | null)[];
}

/** Computes the figures between two samples. Pure. */
export function figuresBetween(older: Sample, newer: Sample): RecentFigures {
  return {
    seconds: rounded((newer.atMs - older.atMs) / 1000),
    outcomes_per_second: perOutcome((outcome) => rateBetween(older, newer, outcome)),
    arrival_lag_seconds: lagBetween(older.arrivalLag, newer.arrivalLag),
    stored_lag_seconds: lagBetween(older.storedLag, newer.storedLag),
  };
}

/** Computes the rates between neighbouring samples. Pure. */
export function historyOf(samples: readonly Sample[]): History {
  const steps = samples.slice(1).map((newer, index) => ({ older: samples[index] ?? newer, newer }));
  return {
    step_seconds: SAMPLE_EVERY_MS / 1000,
    outcomes_per_second: perOutcome((outcome) =>
      steps.map(({ older, newer }) => rateBetween(older, newer, outcome)),
    ),
    queue_ready: steps.map(({ newer }) => newer.queueReady),
  };
}

function perOutcome<T>(valueFor: (outcome: Outcome) => T): Record<Outcome, T> {
  return {
    stored: valueFor("stored"),
    unchanged: valueFor("unchanged"),
    skipped: valueFor("skipped"),
    rejected: valueFor("rejected"),
    failed: valueFor("failed"),
  };
}

function rateBetween(older: Sample, newer: Sample, outcome: Outcome): number {
  const seconds = (newer.atMs - older.atMs) / 1000;
  return seconds > 0 ? rounded((newer.outcomes[outcome] - older.outcomes[outcome]) / seconds) : 0;
}

/** Computes mean and 95th percentile. Like Prometheus, it assumes that values are spread evenly within a bucket. */
function lagBetween(older: LagTotals, newer: LagTotals): LagFigures | null {
  const count = newer.count - older.count;
  if (count <= 0) return null;
  const before = new Map(older.buckets);
  const rank = 0.95 * count;
  let lowerEdge = 0;
  let below = 0;
  let p95: number | null = null;
  for (const [edge, total] of newer.buckets) {
    const upTo = total - (before.get(edge) ?? 0);
    if (upTo >= rank) {
      p95 = lowerEdge + ((edge - lowerEdge) * (rank - below)) / (upTo - below);
      break;
    }
    lowerEdge = edge;
    below = upTo;
  }
  // A value beyond the last edge is reported as the last edge.
  return { mean: rounded((newer.sum - older.sum) / count), p95: rounded(p95 ?? lowerEdge) };
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** Takes a sample of the counters. */
export async function takeSample(counters: Counters, queueReady: number | null): Promise<Sample> {
  return {
    queueReady,
    atMs: performance.now(),
    outcomes: await outcomeTotals(counters),
    arrivalLag: await lagTotals(counters.arrivalLagSeconds),
    storedLag: await lagTotals(counters.lagSeconds),
  };
}

async function lagTotals(histogram: Histogram<string>): Promise<LagTotals> {
  const buckets = new Map<number, number>();
  let sum = 0;
  let count = 0;
  for (const { metricName, labels, value } of (await histogram.get()).values) {
    const edge = Number(labels["le"]);
    if (metricName?.endsWith("_sum")) sum += value;
    else if (metricName?.endsWith("_count")) count += value;
    else if (Number.isFinite(edge)) buckets.set(edge, (buckets.get(edge) ?? 0) + value);
  }
  return { count, sum, buckets: [...buckets].toSorted(([a], [b]) => a - b) };
}

export interface RecentWatch {
  /** Figures of the last minute. */
  figures(): Promise<RecentFigures>;
  history(): History;
  stop(): void;
}

const SAMPLE_EVERY_MS = 10_000;
/** Ten minutes have 60 steps, which need 61 samples. */
const KEPT_SAMPLES = 61;
const SAMPLES_PER_MINUTE = 6;

/**
 * Keeps samples of the last ten minutes.
 *
 * @param queueReady - returns how many messages wait in the queue now, or null if that is unknown.
 */
export async function startRecentWatch(
  counters: Counters,
  queueReady: () => number | null,
): Promise<RecentWatch> {
  let samples = [await takeSample(counters, queueReady())];
  const timer = setInterval(() => {
    void takeSample(counters, queueReady()).then((sample) => {
      samples = [...samples, sample].slice(-KEPT_SAMPLES);
    });
  }, SAMPLE_EVERY_MS);
  // The timer must not keep the process running.
  timer.unref();
  return {
    async figures() {
      const now = await takeSample(counters, queueReady());
      return figuresBetween(samples.at(-SAMPLES_PER_MINUTE) ?? samples[0] ?? now, now);
    },
    history: () => historyOf(samples),
    stop: () => clearInterval(timer),
  };
}
