import type { WorkerStatus } from "../../../src/http/observe/worker-status.ts";

/** The status of a healthy worker. A test overrides only the members that matter to it. */
export function aStatus(overrides: Partial<WorkerStatus> = {}): WorkerStatus {
  const rates = { stored: 12.5, unchanged: 0, skipped: 0, rejected: 0.1, failed: 0 };
  return {
    ...{ version: "1.2.3", started_at: "2026-01-05T10:00:00.000Z", uptime_seconds: 7260, stalled_seconds: 0 },
    ...{ ready: true, problems: [], alive: true },
    broker: {
      ...{ connected: true, consuming: true, lost_seconds: null, reconnects: 1, queues_lost: 0 },
      ...{ unsettled_deliveries: 12, stranded_deliveries: 0, prefetch: 400 },
      ...{ oldest_unsettled_seconds: 0.004, ack_timeout_seconds: 1800 },
    },
    registry: {
      generation: 2,
      problems: [],
      bindings: 1,
      left_bindings: 0,
      degraded: [],
      exchanges: [{ exchange: "e/jobs", routing_keys: ["t.try"] }],
    },
    queue: { name: "queue/u/jobs", limit: 8000, depth: aDepth() },
    store: { name: "mongodb (h/db)", trouble: null },
    spool: { jobs: 0, bytes: 0, oldest_age_seconds: 0, trouble: null },
    jobs: {
      received: 126,
      in_hand: 1,
      outcomes: { stored: 120, unchanged: 3, skipped: 1, rejected: 1, failed: 0 },
    },
    ...{ exchanges: [], clients: [], rejections: {}, artifact_work: {}, open_work: null },
    retention: {
      kept: { jobs: 90, projects: { try: 30, "release-*": 0 }, rejections: 30, archive: 7 },
      ...{ working: false, held_by: null, trouble: null, lag_seconds: 0, removed: {} },
      last_run_at: "2026-01-05T11:50:00.000Z",
    },
    recent: {
      seconds: 60,
      outcomes_per_second: rates,
      arrival_lag_seconds: { mean: 1.25, p95: 90 },
      stored_lag_seconds: { mean: 0.012, p95: 0.05 },
    },
    history: {
      step_seconds: 10,
      outcomes_per_second: {
        stored: [12.5, 3],
        unchanged: [0, 0],
        skipped: [0, 0],
        rejected: [0, 0.1],
        failed: [0, 0],
      },
      queue_ready: [null, 40],
    },
    ...overrides,
  };
}

export function aDepth(overrides: object = {}) {
  const still = { growth_per_second: 0, seconds_to_limit: null, level_percent: 0 };
  return { ready_messages: 40, consumers: 2, ...still, ...overrides };
}
