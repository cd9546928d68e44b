import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Outcome } from "../domain/delivery.ts";
import type { FaultReason } from "../domain/faults.ts";
import { createRetentionCounters } from "./retention-counters.ts";
import { createWorkerGauges } from "./worker-gauges.ts";

/**
 * Creates all counters, with their help texts. The number of label values is limited by the registry (exchange; `other` if it is not
 * listed), by a setting (host) or by the code (outcome, reason). Routing keys, projects and guids are never labels.
 */
export function createCounters() {
  const registry = new Registry();
  const registers = [registry];
  /** When the oldest delivery in the spool arrived, in milliseconds since the Unix epoch; null if the spool is empty. */
  const spoolOldest: { atMs: number | null } = { atMs: null };
  /** When the last message of each sender arrived, in milliseconds since the Unix epoch, by the label `exchange`. */
  const lastReceivedMs = new Map<string, number>();
  const counters = {
    received: new Counter({
      name: "pulse_ingest_jobs_received_total",
      help: "Job messages received. A delivery may hold several. A redelivered message counts again.",
      labelNames: ["exchange"] as const,
      registers,
    }),
    lastReceived: new Gauge({
      name: "pulse_ingest_last_received_timestamp_seconds",
      help: "When the last job message arrived, in seconds since the Unix epoch. Absent until there is one.",
      labelNames: ["exchange"] as const,
      registers,
      collect() {
        for (const [exchange, atMs] of lastReceivedMs) this.set({ exchange }, atMs / 1000);
      },
    }),
    ended: new Counter({
      name: "pulse_ingest_jobs_total",
      help: "Job messages that have ended, by outcome. Received = sum of these + in progress + spooled.",
      labelNames: ["exchange", "outcome"] as const,
      registers,
    }),
    rejected: new Counter({
      name: "pulse_ingest_rejections_total",
      help: "Job messages rejected, by reason.",
      labelNames: ["exchange", "reason"] as const,
      registers,
    }),
    changedByOthers: new Counter({
      name: "pulse_ingest_jobs_changed_by_others_total",
      help: "Messages that changed or extended a job that first arrived through another exchange. The label is the message's exchange.",
      labelNames: ["exchange"] as const,
      registers,
    }),
    rejectionsOnlyCounted: new Counter({
      name: "pulse_ingest_rejections_only_counted_total",
      help: "Rejected job messages that were not kept because the daily quota of their exchange was used up.",
      labelNames: ["exchange"] as const,
      registers,
    }),
    inHand: new Gauge({
      name: "pulse_ingest_jobs_in_hand",
      help: "Job messages in progress: received, and not ended yet.",
      registers,
    }),
    batchJobs: new Histogram({
      name: "pulse_ingest_batch_jobs",
      help: "Job messages per batch.",
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000],
      registers,
    }),
    batchSeconds: new Histogram({
      name: "pulse_ingest_batch_duration_seconds",
      help: "Time to store a batch, including retries while the store is away.",
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
      registers,
    }),
    lagSeconds: new Histogram({
      name: "pulse_ingest_stored_lag_seconds",
      help: "Time from a delivery's arrival until all its jobs have ended.",
      labelNames: ["exchange"] as const,
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 600],
      registers,
    }),
    arrivalLagSeconds: new Histogram({
      name: "pulse_ingest_arrival_lag_seconds",
      help: "Time from the event that a job message reports (by its own timestamps) to its arrival.",
      labelNames: ["exchange"] as const,
      buckets: [1, 2, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400],
      registers,
    }),
    spooledJobs: new Gauge({
      name: "pulse_ingest_spooled_jobs",
      help: "Job messages in the spool, waiting for the store. A delivery that was not decoded counts as one.",
      registers,
    }),
    spooledBytes: new Gauge({
      name: "pulse_ingest_spooled_bytes",
      help: "Size of the spool as counted for SPOOL_MAX_BYTES, including spools left by dead workers.",
      registers,
    }),
    spoolAgeSeconds: new Gauge({
      name: "pulse_ingest_spool_oldest_age_seconds",
      help: "Time since the arrival of the oldest delivery in the spool; 0 if it is empty.",
      registers,
      collect() {
        this.set(spoolOldest.atMs === null ? 0 : Math.max(0, Date.now() - spoolOldest.atMs) / 1000);
      },
    }),
    workEnded: new Counter({
      name: "pulse_ingest_artifact_work_total",
      help: "Logs and suggestions that have ended, by outcome; done means success. Label host: see LOG_HOSTS.",
      labelNames: ["kind", "outcome", "host"] as const,
      registers,
    }),
    workFailed: new Counter({
      name: "pulse_ingest_artifact_failures_total",
      help: "Failed attempts to generate artifacts, by reason.",
      labelNames: ["kind", "reason", "host"] as const,
      registers,
    }),
    workSeconds: new Histogram({
      name: "pulse_ingest_artifact_step_duration_seconds",
      help: "Time for each step of generating artifacts: fetch (waiting for the log host), parse, suggest, store.",
      labelNames: ["step", "host"] as const,
      buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10, 30, 60, 300],
      registers,
    }),
    logBytes: new Counter({
      name: "pulse_ingest_log_bytes_total",
      help: "Bytes of logs read, as transferred.",
      labelNames: ["host"] as const,
      registers,
    }),
    bugs: new Gauge({
      name: "pulse_ingest_bugs",
      help: "Bugs held in memory for suggestions.",
      registers,
    }),
    bugsBytes: new Gauge({
      name: "pulse_ingest_bugs_bytes",
      help: "Size of the bugs held in memory.",
      registers,
    }),
    bugSyncs: new Counter({
      name: "pulse_ingest_bug_syncs_total",
      help: "Syncs of bugs from Bugzilla, by outcome: replaced, empty, failed.",
      labelNames: ["outcome"] as const,
      registers,
    }),
    deliveriesSetAside: new Counter({
      name: "pulse_ingest_deliveries_set_aside_total",
      help: "Deliveries that the AMQP driver could not read and that were moved to the queue <queue>-unreadable.",
      registers,
    }),
    archivedSegments: new Counter({
      name: "pulse_ingest_archive_segments_total",
      help: "Segments that were added to the archive.",
      registers,
    }),
    archivedMessages: new Counter({
      name: "pulse_ingest_archive_messages_total",
      help: "Messages and requests in these segments. A message that arrives again may be archived again.",
      registers,
    }),
    archivedRawBytes: new Counter({
      name: "pulse_ingest_archive_raw_bytes_total",
      help: "Bytes of the bodies in these segments before compression.",
      registers,
    }),
    archivedBytes: new Counter({
      name: "pulse_ingest_archive_bytes_total",
      help: "Bytes of the compressed segments.",
      registers,
    }),
    notArchived: new Counter({
      name: "pulse_ingest_archive_failures_total",
      help: "Messages that were handled, but could not be archived because of a bug. The log names them.",
      registers,
    }),
    storeTries: new Counter({
      name: "pulse_ingest_store_unavailable_total",
      help: "Failed attempts to write a batch because the store was unavailable. The batch was held.",
      registers,
    }),
  };
  return {
    ...counters,
    ...createWorkerGauges(registers),
    ...createRetentionCounters(registers),
    spoolOldest,
    lastReceivedMs,
    registry,
  };
}

export type Counters = ReturnType<typeof createCounters>;

/**
 * Adds the usual metrics of a Node.js process: processor time, memory, event-loop delay and start time. Their names have no
 * prefix. Call it only once per process, because it starts timers.
 */
export function collectProcessMetrics({ registry }: Pick<Counters, "registry">): void {
  collectDefaultMetrics({ register: registry });
}

/** Counts a segment that was added to the archive. */
export function countSegment(
  counters: Counters,
  segment: { readonly messages: number; readonly bytes: number; readonly raw_bytes: number },
): void {
  counters.archivedSegments.inc();
  counters.archivedMessages.inc(segment.messages);
  counters.archivedRawBytes.inc(segment.raw_bytes);
  counters.archivedBytes.inc(segment.bytes);
}

/** Returns the value of a counter or gauge, summed over all labels. */
export async function totalOf(metric: Counter<string> | Gauge<string>): Promise<number> {
  return (await metric.get()).values.reduce((sum, { value }) => sum + value, 0);
}

/** Returns how many logs and suggestions ended with each outcome, summed over kinds and hosts. */
export async function artifactWorkTotals(counters: Counters): Promise<Record<string, number>> {
  const totals: Record<string, number> = {};
  for (const { labels, value } of (await counters.workEnded.get()).values) {
    const outcome = String(labels.outcome);
    totals[outcome] = (totals[outcome] ?? 0) + value;
  }
  return totals;
}

/** Returns how many jobs ended with each outcome, summed over all exchanges. */
export async function outcomeTotals(counters: Counters): Promise<Record<Outcome, number>> {
  const totals: Record<Outcome, number> = { stored: 0, unchanged: 0, skipped: 0, rejected: 0, failed: 0 };
  for (const { labels, value } of (await counters.ended.get()).values) {
    if (labels.outcome !== undefined) totals[labels.outcome as Outcome] += value;
  }
  return totals;
}

/** Returns how many jobs were rejected for each reason, summed over all exchanges. */
export async function rejectionTotals(counters: Counters): Promise<Partial<Record<FaultReason, number>>> {
  const totals: Partial<Record<FaultReason, number>> = {};
  for (const { labels, value } of (await counters.rejected.get()).values) {
    const reason = labels.reason as FaultReason;
    totals[reason] = (totals[reason] ?? 0) + value;
  }
  return totals;
}
