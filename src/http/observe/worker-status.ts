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
  /** Waiting for an attempt, the first or another one, or in work. */
  pending: count,
  /** For good. */
  failed: count,
});

/** Seconds, over all exchanges; null: nothing was measured. */
const lag = z.object({ mean: z.number(), p95: z.number() }).nullable();

/** What `/status` tells, and `pulse-ingest status --url` reads. Names in snake_case with their unit; no secrets. */
export const workerStatus = z.object({
  version: z.string(),
  /** ISO 8601, UTC. */
  started_at: z.string(),
  uptime_seconds: z.number(),
  ready: z.boolean(),
  /** Why it is not ready; the part that is to blame comes first. */
  problems: z.array(z.string()),
  alive: z.boolean(),
  /** How long deliveries have been in hand without one that ended. */
  stalled_seconds: z.number(),
  broker: z.object({
    connected: z.boolean(),
    consuming: z.boolean(),
    /** Null: nothing is lost. */
    lost_seconds: z.number().nullable(),
    reconnects: count,
    /** Times that the queue was gone and had to be made anew, with what was in it lost. */
    queues_lost: count,
    unsettled_deliveries: count,
    /** How long the oldest of them has been held; 0: there is none. */
    oldest_unsettled_seconds: z.number(),
    /** After which the broker closes the channel. */
    ack_timeout_seconds: count,
    /** In work, of a channel that is lost: they cannot be handed back. */
    stranded_deliveries: count,
    prefetch: count,
  }),
  registry: z.object({
    /** Of the registry in force; 1: that of the start. */
    generation: count,
    /** What keeps registry and tiers as they are now from being in force; the ones before are. */
    problems: z.array(z.string()),
    bindings: count,
    /** Left the registry and are bound still: the guard, or another worker, keeps them. */
    left_bindings: count,
    degraded: z.array(z.object({ exchange: z.string(), reason: z.string() })),
    /** All that are listed, degraded ones included. */
    exchanges: z.array(z.object({ exchange: z.string(), routing_keys: z.array(z.string()) })),
  }),
  queue: z.object({
    name: z.string().nullable(),
    /** At which it is lost. */
    limit: count,
    /** Null: the broker has not been asked, or does not answer now. */
    depth: z
      .object({
        ready_messages: count,
        consumers: count,
        growth_per_second: z.number(),
        /** Null: it does not grow. */
        seconds_to_limit: z.number().nullable(),
        /** Highest level that was crossed and not left again, in per cent; 0: none. */
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
  /** Since the start: received = the sum of the outcomes + in hand + those in the spool. */
  jobs: z.object({ received: count, in_hand: z.number().int(), outcomes: perOutcome }),
  /** By reason, since the start. */
  rejections: z.record(z.string(), count),
  /** Logs read and suggestions made, by outcome, since the start. */
  artifact_work: z.record(z.string(), count),
  /** Logs to read and suggestions to make that are in the store, for all workers; null: not known now. */
  open_work: z.object({ logs: openWork, suggestions: openWork }).nullable(),
  /** Of the last minute, or since the start. */
  recent: z.object({
    seconds: z.number(),
    outcomes_per_second: perOutcome,
    /** From the event that a message tells of to its arrival. */
    arrival_lag_seconds: lag,
    /** From arrival to the end. */
    stored_lag_seconds: lag,
  }),
});

export type WorkerStatus = z.infer<typeof workerStatus>;
