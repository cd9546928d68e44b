import { Counter, Gauge, type Registry } from "prom-client";

/** The kinds of documents that retention removes. `suggestions` are work items, and `coalesced` are marks of coalesced jobs. */
export const expiredKinds = [
  ...(["jobs", "artifacts", "logs", "suggestions", "coalesced"] as const),
  ...(["pushes", "rejections", "nonces", "segments"] as const),
] as const;
export type ExpiredKind = (typeof expiredKinds)[number];

/** Creates the metrics of the documents that this worker has removed because they were too old. */
export function createRetentionCounters(registers: Registry[]) {
  return {
    expired: new Counter({
      name: "pulse_ingest_expired_total",
      help: "Documents that were removed because they were too old, by kind.",
      labelNames: ["kind"] as const,
      registers,
    }),
    expiryLag: new Gauge({
      name: "pulse_ingest_retention_lag_seconds",
      help: "How long the jobs that are being removed now have been too old; 0 when all such jobs are removed.",
      registers,
    }),
    expiryEnded: new Gauge({
      name: "pulse_ingest_retention_last_run_timestamp_seconds",
      help: "When this worker last finished removing old documents, in seconds since the Unix epoch; 0 if it never has.",
      registers,
    }),
  };
}

export type RetentionCounters = ReturnType<typeof createRetentionCounters>;

/** Returns how many documents this worker has removed, by kind. */
export async function expiredTotals({
  expired,
}: Pick<RetentionCounters, "expired">): Promise<Record<ExpiredKind, number>> {
  const totals = Object.fromEntries(expiredKinds.map((kind) => [kind, 0])) as Record<ExpiredKind, number>;
  for (const { labels, value } of (await expired.get()).values) totals[labels.kind as ExpiredKind] = value;
  return totals;
}
