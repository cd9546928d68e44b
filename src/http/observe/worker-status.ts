import * as z from "zod";

const count = z.number().int().nonnegative();
const perOutcome = z.object({
  stored: z.number(),
  unchanged: z.number(),
  skipped: z.number(),
  rejected: z.number(),
  failed: z.number(),
});

const openWork = z.object({
  /** Work items that wait for an attempt or are in progress. */
  pending: count,
  /** Work items that failed and will not be tried again. */
  failed: count,
});

/** The figures of one sender of jobs since the worker started. */
const sender = {
  received: count,
  /** Jobs that have ended, by outcome. */
  ended: perOutcome,
  /** ISO 8601, UTC; null if no message has arrived. */
  last_received_at: z.string().nullable(),
};

/** The rates of each step, oldest first. */
const rates = z.array(z.number());

/** A lag in seconds, over all exchanges; null if nothing was measured. */
const lag = z.object({ mean: z.number(), p95: z.number() }).nullable();

/** The JSON of `/status`, which `pulse-ingest status` reads. Names are in snake_case and include the unit. It contains no secrets. */
export const workerStatus = z.object({
  version: z.string(),
  /** ISO 8601, UTC. */
  started_at: z.string(),
  uptime_seconds: z.number(),
  ready: z.boolean(),
  /** Why the worker is not ready. Each text begins with the part that causes the problem. */
  problems: z.array(z.string()),
  alive: z.boolean(),
  /** How long deliveries have been in progress without one of them ending. */
  stalled_seconds: z.number(),
  broker: z.object({
    connected: z.boolean(),
    consuming: z.boolean(),
    /** The time since the broker was lost, or since the start, without deliveries; null if deliveries can arrive now. */
    lost_seconds: z.number().nullable(),
    reconnects: count,
    /** How often the queue was found deleted, with its messages, and was declared again. */
    queues_lost: count,
    unsettled_deliveries: count,
    /** How long the oldest unsettled delivery has been held; 0 if there is none. */
    oldest_unsettled_seconds: z.number(),
    /** The time without an acknowledgement after which the broker closes the channel. */
    ack_timeout_seconds: count,
    /** Deliveries in progress from a lost channel. They can no longer be acknowledged or returned. */
    stranded_deliveries: count,
    prefetch: count,
  }),
  registry: z.object({
    /** The number of the registry in force. The registry at start-up has the number 1. */
    generation: count,
    /** Why the current files of registry and tiers could not be applied. The previous ones stay in force. */
    problems: z.array(z.string()),
    bindings: count,
    /** Bindings that were removed from the registry but are still bound: kept by the guard or by another worker. */
    left_bindings: count,
    degraded: z.array(z.object({ exchange: z.string(), reason: z.string() })),
    /** All listed exchanges, degraded ones included. */
    exchanges: z.array(z.object({ exchange: z.string(), routing_keys: z.array(z.string()) })),
  }),
  queue: z.object({
    name: z.string().nullable(),
    /** The number of ready messages at which the queue is deleted. */
    limit: count,
    /** Null if the broker has not been asked yet, or does not answer now. */
    depth: z
      .object({
        ready_messages: count,
        consumers: count,
        growth_per_second: z.number(),
        /** Null if the queue does not grow. */
        seconds_to_limit: z.number().nullable(),
        /** The highest warning level that the queue has reached and not left since, in per cent; 0 if there is none. */
        level_percent: z.number(),
      })
      .nullable(),
  }),
  store: z.object({ name: z.string().nullable(), trouble: z.string().nullable() }),
  spool: z.object({
    jobs: count,
    bytes: count,
    oldest_age_seconds: z.number(),
    trouble: z.string().nullable(),
  }),
  /** Since the start: received = sum of the outcomes + `in_hand` (in progress) + jobs in the spool. */
  jobs: z.object({ received: count, in_hand: z.number().int(), outcomes: perOutcome }),
  /** Figures of each exchange that the registry lists or listed, and `other` for the rest. Exchanges without messages are left out. */
  exchanges: z.array(z.object({ exchange: z.string(), ...sender })),
  /** Figures of each client of the REST API. */
  clients: z.array(z.object({ client_id: z.string(), ...sender })),
  /** Rejected jobs by reason, since the start. */
  rejections: z.record(z.string(), count),
  /** Logs read and suggestions made, by outcome, since the start. */
  artifact_work: z.record(z.string(), count),
  /** Logs to read and suggestions to make, for all workers that share the store; null if unknown. */
  open_work: z.object({ logs: openWork, suggestions: openWork }).nullable(),
  /** The removal of expired data. Only one worker at a time does it. */
  retention: z.object({
    /** How many days data is kept; 0 means for ever. */
    kept: z.object({
      /** Completed jobs. Other jobs are kept twice as long. */
      jobs: z.number(),
      /** Jobs of some projects, by project name or pattern. */
      projects: z.record(z.string(), z.number()),
      rejections: z.number(),
      /** 0 means that nothing is archived. */
      archive: z.number(),
    }),
    /** Whether this worker is removing data now. */
    working: z.boolean(),
    /** The worker that was already removing data when this one last tried to begin; null if there was none. */
    held_by: z.string().nullable(),
    /** Why the last run failed; null if it did not. */
    trouble: z.string().nullable(),
    /** When this worker last finished, in ISO 8601; null if it never did. */
    last_run_at: z.string().nullable(),
    /** How long ago the jobs that are being removed now expired. */
    lag_seconds: z.number(),
    /** How much this worker has removed since its start, by kind of data. */
    removed: z.record(z.string(), count),
  }),
  /** Figures of the last minute, or since the start if that is shorter. */
  recent: z.object({
    seconds: z.number(),
    outcomes_per_second: perOutcome,
    /** From the event that a message reports to its arrival. */
    arrival_lag_seconds: lag,
    /** From arrival to the outcome. */
    stored_lag_seconds: lag,
  }),
  /** Figures of the last ten minutes, or since the start if that is shorter. */
  history: z.object({
    step_seconds: z.number(),
    outcomes_per_second: z.object({
      stored: rates,
      unchanged: rates,
      skipped: rates,
      rejected: rates,
      failed: rates,
    }),
    /** The number of messages in the queue at the end of each step; null if unknown. */
    queue_ready: z.array(count.nullable()),
  }),
});

export type WorkerStatus = z.infer<typeof workerStatus>;
