import { Counter, Gauge, type Registry } from "prom-client";

/** What retention removes. `suggestions` are work items, and `coalesced` are marks that a job was coalesced into another one. */
export const expiredKinds = [
  ...(["jobs", "artifacts", "logs", "suggestions", "coalesced"] as const),
  ...(["pushes", "rejections", "nonces", "segments"] as const),
] as const;
export type ExpiredKind = (typeof expiredKinds)[number];

/** What this worker has removed because it was too old. */
export function createRetentionCounters(registers: Registry[]) {
  return {
    expired: new Counter({
      name: "pulse_ingest_expired_total",
      help: "Documents that were removed because they were too old, by what they are.",
      labelNames: ["kind"] as const,
      registers,
    }),
    expiryLag: new Gauge({
      name: "pulse_ingest_retention_lag_seconds",
      help: "How long the jobs that are being removed now have outlived their time; 0 when all of them are removed.",
      registers,
    }),
    expiryEnded: new Gauge({
      name: "pulse_ingest_retention_last_run_timestamp_seconds",
      help: "When this worker last came to the end of what is too old, in seconds since the Unix epoch; 0 if it never did.",
      registers,
    }),
  };
}

export type RetentionCounters = ReturnType<typeof createRetentionCounters>;

/** Returns how many documents this worker has removed, by what they are. */
export async function expiredTotals({
  expired,
}: Pick<RetentionCounters, "expired">): Promise<Record<ExpiredKind, number>> {
  const totals = Object.fromEntries(expiredKinds.map((kind) => [kind, 0])) as Record<ExpiredKind, number>;
  for (const { labels, value } of (await expired.get()).values) totals[labels.kind as ExpiredKind] = value;
  return totals;
}
