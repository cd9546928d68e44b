import type { SourceState } from "../../broker/message-source.ts";

/** What liveness is judged by. */
export interface Progress {
  /** How long deliveries have been in hand without one that ended, in milliseconds; 0: none is in hand. */
  readonly stalledMs: number;
  /** Why the store does not take what is in hand; null: it is not known to be away. */
  readonly storeTrouble: string | null;
  readonly stallLimitMs: number;
}

/**
 * What is wrong with the worker itself, so that only a restart helps. Pure. That the question is answered shows that the
 * event loop turns; beyond that, a worker that has deliveries in hand must bring one to its end now and then. A worker
 * without deliveries is idle, one whose store is away waits for it, and one that has lost the broker connects again:
 * restarting them would mend nothing.
 *
 * @returns empty: it is alive.
 */
export function livenessProblems({ stalledMs, storeTrouble, stallLimitMs }: Progress): string[] {
  if (stalledMs <= stallLimitMs || storeTrouble !== null) return [];
  const seconds = Math.round(stalledMs / 1000);
  return [`work: deliveries are in hand, and none has ended for ${seconds} s, though the store is not away`];
}

/** What readiness is judged by. */
export interface Circumstances {
  /** Null: not opened yet. */
  readonly source: SourceState | null;
  /** Null: it can be written to. */
  readonly storeTrouble: string | null;
  /** Null: there is room, or no spool. */
  readonly spoolTrouble: string | null;
  readonly isStopping: boolean;
}

/**
 * What keeps the worker from doing its work now, each with the part that is to blame first. Pure. A degraded exchange
 * does not count as long as another one is bound: it is told as a figure of its own.
 *
 * @returns empty: it is ready.
 */
export function readinessProblems(circumstances: Circumstances): string[] {
  const { source, storeTrouble, spoolTrouble, isStopping } = circumstances;
  return [
    ...(isStopping ? ["worker: it is shutting down"] : []),
    ...brokerProblems(source),
    ...(storeTrouble === null ? [] : [`store: ${storeTrouble}`]),
    ...(spoolTrouble === null ? [] : [`spool: ${spoolTrouble}`]),
  ];
}

function brokerProblems(source: SourceState | null): string[] {
  if (source === null) return ["broker: not connected yet: the store is opened first"];
  const { connected, consuming, lostSinceMs, bindings, degraded } = source;
  const since = lostSinceMs === null ? "" : ` for ${Math.round(lostSinceMs / 1000)} s`;
  if (!consuming && !connected) return [`broker: not connected${since}; it is tried again and again`];
  if (!consuming) return [`broker: connected, but not consuming${since}`];
  if (bindings > 0) return [];
  const reasons = degraded.map(({ exchange, reason }) => `${exchange}: ${reason}`);
  return [`broker: nothing is bound to the queue${reasons.length > 0 ? ` (${reasons.join("; ")})` : ""}`];
}
