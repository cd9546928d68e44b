import type { SourceState } from "../../broker/message-source.ts";
import type { DepthState } from "../../broker/queue/queue-depth.ts";
import {
  artifactWorkTotals,
  type Counters,
  outcomeTotals,
  rejectionTotals,
  totalOf,
} from "../../metrics/counters.ts";
import { expiredTotals } from "../../metrics/retention-counters.ts";
import { figuresBySender } from "../../metrics/sender-figures.ts";
import type { WorkStore } from "../../store/ports/work-store.ts";
import { livenessProblems, readinessProblems } from "./health.ts";
import { createWorkCounting } from "./open-work.ts";
import type { RecentWatch } from "./recent-figures.ts";
import { watchStore } from "./store-trouble.ts";
import type { WorkerStatus } from "./worker-status.ts";

/** The parts of a worker that are observed. */
export interface WorkerParts {
  readonly store: Pick<WorkStore, "countWork"> & { readonly name: string; ping(): Promise<void> };
  readonly ingest: {
    storeTrouble(): string | null;
    spoolTrouble(): string | null;
    stalledMs(): number;
  };
  readonly source: { state(): SourceState };
  readonly depth: { state(): DepthState | null };
  readonly retention: {
    state(): {
      readonly isWorking: boolean;
      readonly heldBy: string | null;
      readonly trouble: string | null;
    };
  };
}

/** Whether the worker is starting, running or stopping. All of its parts exist as soon as the store is open. */
export type WorkerPhase =
  | { readonly phase: "opening" }
  | { readonly phase: "running" | "stopping"; readonly parts: WorkerParts };

export interface ObserveOptions {
  readonly version: string;
  readonly prefetch: number;
  readonly ackTimeoutMs: number;
  readonly queueLimit: number;
  readonly stallLimitMs: number;
  /** How long the store may take to answer a ping, in milliseconds. */
  readonly pingMs: number;
  /** The registry and tiers that are in force. */
  readonly files: {
    generation(): number;
    problems(): readonly string[];
    registry(): { readonly retain: Readonly<Record<string, number>> };
  };
  /** How many days data is kept, unless the files say otherwise. */
  readonly kept: Omit<WorkerStatus["retention"]["kept"], "projects">;
  /** Called for each request, because the worker's phase changes. */
  readonly worker: () => WorkerPhase;
  readonly counters: Counters;
  readonly recent: RecentWatch;
}

export interface WorkerView {
  /** Empty if the worker is alive. Asks no other system. */
  livenessProblems(): string[];
  /** Empty if the worker is ready. Asks the store. */
  readinessProblems(): Promise<string[]>;
  status(): Promise<WorkerStatus>;
}

/** The shortest time between two counts, so that frequent requests do not burden the store. */
const COUNT_EVERY_MS = 30_000;

/** Collects everything that a worker reports about itself. `/livez`, `/readyz`, `/status` and `/metrics` all use it. */
export function observeWorker(options: ObserveOptions): WorkerView {
  const { version, counters, worker, files, recent } = options;
  const startedAtMs = Date.now();
  const startedMs = performance.now();
  const countWork = createWorkCounting({ everyMs: COUNT_EVERY_MS, waitMs: options.pingMs });
  const pingTrouble = watchStore(() => parts()?.store ?? null, options.pingMs);

  function parts(): WorkerParts | null {
    const now = worker();
    return now.phase === "opening" ? null : now.parts;
  }

  /** Why the store cannot be written to; null if it can. */
  async function storeTrouble(): Promise<string | null> {
    const opened = parts();
    if (opened === null) return "it is not open yet";
    return (await pingTrouble()) ?? opened.ingest.storeTrouble();
  }

  function aliveProblems(): string[] {
    const ingest = parts()?.ingest;
    return livenessProblems({
      stalledMs: ingest?.stalledMs() ?? 0,
      storeTrouble: ingest?.storeTrouble() ?? null,
      stallLimitMs: options.stallLimitMs,
    });
  }

  function readyProblems(trouble: string | null): string[] {
    const opened = parts();
    return readinessProblems({
      source: opened?.source.state() ?? null,
      storeTrouble: trouble,
      spoolTrouble: opened?.ingest.spoolTrouble() ?? null,
      isStopping: worker().phase === "stopping",
    });
  }

  return {
    livenessProblems: aliveProblems,
    readinessProblems: async () => readyProblems(await storeTrouble()),
    async status() {
      const trouble = await storeTrouble();
      const problems = readyProblems(trouble);
      const opened = parts();
      const state = opened?.source.state() ?? null;
      const store = opened?.store ?? null;
      return {
        version,
        started_at: new Date(startedAtMs).toISOString(),
        uptime_seconds: Math.round(performance.now() - startedMs) / 1000,
        ready: problems.length === 0,
        problems,
        alive: aliveProblems().length === 0,
        stalled_seconds: Math.round(opened?.ingest.stalledMs() ?? 0) / 1000,
        ...brokerPart(state, files, options),
        queue: {
          name: state?.queue ?? null,
          limit: options.queueLimit,
          depth: depthPart(opened?.depth.state() ?? null),
        },
        store: { name: store?.name ?? null, trouble },
        spool: {
          jobs: await totalOf(counters.spooledJobs),
          bytes: await totalOf(counters.spooledBytes),
          oldest_age_seconds: await totalOf(counters.spoolAgeSeconds),
          trouble: opened?.ingest.spoolTrouble() ?? null,
        },
        jobs: {
          received: await totalOf(counters.received),
          in_hand: await totalOf(counters.inHand),
          outcomes: await outcomeTotals(counters),
        },
        ...(await figuresBySender(counters)),
        rejections: await rejectionTotals(counters),
        artifact_work: await artifactWorkTotals(counters),
        open_work: await countWork(trouble === null ? store : null),
        retention: {
          kept: { ...options.kept, projects: files.registry().retain },
          ...(await retentionPart(opened?.retention.state() ?? null, counters)),
        },
        recent: await recent.figures(),
        history: recent.history(),
      };
    },
  };
}

/** Returns how many messages wait in the queue, or null if that is unknown. */
export function waitingMessages(worker: WorkerPhase): number | null {
  if (worker.phase === "opening") return null;
  return worker.parts.depth.state()?.readings.at(-1)?.messages ?? null;
}

function brokerPart(
  state: SourceState | null,
  files: ObserveOptions["files"],
  { prefetch, ackTimeoutMs }: ObserveOptions,
): Pick<WorkerStatus, "broker" | "registry"> {
  const lostMs = state?.lostSinceMs ?? null;
  return {
    broker: {
      connected: state?.connected ?? false,
      consuming: state?.consuming ?? false,
      lost_seconds: lostMs === null ? null : Math.round(lostMs) / 1000,
      reconnects: state?.reconnects ?? 0,
      queues_lost: state?.queuesLost ?? 0,
      unsettled_deliveries: state?.unsettled ?? 0,
      oldest_unsettled_seconds: Math.round(state?.oldestMs ?? 0) / 1000,
      ack_timeout_seconds: ackTimeoutMs / 1000,
      stranded_deliveries: state?.stranded ?? 0,
      prefetch,
    },
    registry: {
      generation: files.generation(),
      problems: [...files.problems()],
      bindings: state?.bindings ?? 0,
      left_bindings: state?.left ?? 0,
      degraded: (state?.degraded ?? []).map(({ exchange, reason }) => ({ exchange, reason })),
      exchanges: (state?.exchanges ?? []).map(({ exchange, routingKeys }) => ({
        exchange,
        routing_keys: [...routingKeys],
      })),
    },
  };
}

async function retentionPart(
  state: ReturnType<WorkerParts["retention"]["state"]> | null,
  counters: Counters,
): Promise<Omit<WorkerStatus["retention"], "kept">> {
  const endedSeconds = await totalOf(counters.expiryEnded);
  return {
    working: state?.isWorking ?? false,
    held_by: state?.heldBy ?? null,
    trouble: state?.trouble ?? null,
    last_run_at: endedSeconds === 0 ? null : new Date(endedSeconds * 1000).toISOString(),
    lag_seconds: Math.round(await totalOf(counters.expiryLag)),
    removed: await expiredTotals(counters),
  };
}

function depthPart(state: DepthState | null): WorkerStatus["queue"]["depth"] {
  const reading = state?.readings.at(-1);
  if (state === null || reading === undefined) return null;
  return {
    ready_messages: reading.messages,
    consumers: reading.consumers,
    growth_per_second: Math.round(state.growthPerSecond * 10) / 10,
    seconds_to_limit: state.secondsToLimit === null ? null : Math.round(state.secondsToLimit),
    level_percent: state.level,
  };
}
