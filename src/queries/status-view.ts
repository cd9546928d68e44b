import { TOO_LONG } from "../broker/consume/ack-age.ts";
import type { QueueLook } from "../broker/tools/look-at-broker.ts";
import type { WorkerAnswer } from "../http/observe/ask-worker.ts";
import type { ArchiveTotals } from "../store/ports/archive-store.ts";
import type { RejectionCount } from "../store/ports/rejection-reads.ts";
import type { WorkCounts } from "../store/ports/work-store.ts";

/** An exchange with its bindings, from a worker's status or from the registry. */
export interface ExchangeView {
  readonly exchange: string;
  readonly routing_keys: readonly string[];
  /** Why the exchange is not or cannot be bound; null if there is no problem. */
  readonly trouble: string | null;
}

/** The answers of the store itself. */
export interface StoreView {
  /** Null if the store was not reached. */
  readonly name: string | null;
  readonly trouble: string | null;
  /** Why the store was not asked; null if it was. */
  readonly skipped: string | null;
  readonly work: WorkCounts | null;
  /** The rejections of the last day. */
  readonly rejections: readonly RejectionCount[] | null;
  readonly archive: ArchiveTotals | null;
}

/** The answers of the broker itself. */
export interface BrokerView {
  readonly trouble: string | null;
  readonly skipped: string | null;
  readonly queue: QueueLook | null;
  /** The number of ready messages at which the queue is deleted. */
  readonly limit: number;
  /** Why the registry cannot be read; null if it can be read, or was not needed. */
  readonly registry_trouble: string | null;
  /** Empty if a worker's status already lists the exchanges. */
  readonly exchanges: readonly ExchangeView[];
}

export interface StatusParts {
  readonly worker: WorkerAnswer;
  readonly store: StoreView;
  readonly broker: BrokerView;
}

/** The whole status, as `status --json` prints it. */
export interface StatusView extends StatusParts {
  /** All problems. Each text begins with the part that causes the problem. */
  readonly problems: readonly string[];
}

/** The lowest share of the limit at which a worker warns, in per cent. */
const WARN_PERCENT = 25;

/** Lists all problems. Pure. */
export function problemsOf({ worker, store, broker }: StatusParts): string[] {
  const { status } = worker;
  const exchanges = exchangesOf({ worker, broker });
  return [
    ...(status === null ? [`worker: ${worker.trouble}`] : []),
    ...(status?.problems ?? []),
    ...(status?.alive === false ? ["worker: it is stuck; /livez says why"] : []),
    ...registryProblems(status),
    ...exchanges.flatMap(({ exchange, trouble }) =>
      trouble === null ? [] : [`exchange ${exchange}: ${trouble}`],
    ),
    ...(broker.registry_trouble === null ? [] : [`registry: ${broker.registry_trouble}`]),
    ...queueProblems({ worker, broker }),
    ...ackAgeProblems(status),
    ...(status?.retention.trouble ? [`retention: ${status.retention.trouble}`] : []),
    // If the worker reports trouble with its store, its own problems already contain it.
    ...(store.trouble === null || status?.store.trouble ? [] : [`store: ${store.trouble}`]),
    ...(broker.trouble === null ? [] : [`broker: ${broker.trouble}`]),
  ];
}

function registryProblems(status: WorkerAnswer["status"]): string[] {
  if (status === null) return [];
  const { problems, left_bindings: left } = status.registry;
  return [
    ...problems.map((problem) => `registry: invalid, the previous one stays in force: ${problem}`),
    ...(left > 0
      ? [
          `registry: bindings that were removed from it but are still bound: ${left}; the worker's log says why`,
        ]
      : []),
  ];
}

function ackAgeProblems(status: WorkerAnswer["status"]): string[] {
  if (status === null) return [];
  const { oldest_unsettled_seconds: oldest, ack_timeout_seconds: timeout } = status.broker;
  if (oldest < TOO_LONG * timeout) return [];
  const held = `a delivery has been held for ${Math.round(oldest)} s`;
  return [`broker: ${held}; after ${timeout} s without an acknowledgement the broker closes the channel`];
}

function queueProblems({ worker: { status }, broker }: Omit<StatusParts, "store">): string[] {
  const { queue } = broker;
  const limit = status?.queue.limit ?? broker.limit;
  const ready = queue?.ready_messages ?? status?.queue.depth?.ready_messages ?? 0;
  const percent = Math.floor((100 * ready) / limit);
  return [
    // A worker's private queue cannot be seen from other connections.
    ...(queue?.trouble && status === null ? [`queue ${queue.name}: ${queue.trouble}`] : []),
    ...(queue?.consumers === 0 ? [`queue ${queue.name}: nobody consumes it`] : []),
    ...(percent >= WARN_PERCENT
      ? [`queue: ${ready} messages are waiting, ${percent} % of the ${limit} at which the queue is lost`]
      : []),
  ];
}

/** Returns the exchanges from the worker's status, or without a status those that this command has found. Pure. */
export function exchangesOf({
  worker: { status },
  broker,
}: Pick<StatusParts, "worker" | "broker">): readonly ExchangeView[] {
  if (status === null) return broker.exchanges;
  const { exchanges, degraded } = status.registry;
  const reasons = new Map(degraded.map(({ exchange, reason }) => [exchange, reason]));
  return exchanges.map((listed) => ({ ...listed, trouble: reasons.get(listed.exchange) ?? null }));
}
