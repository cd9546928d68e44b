import type { SourceState } from "../../broker/message-source.ts";

/** The facts that decide liveness. */
export interface Progress {
  /** How long deliveries have been in progress without one of them ending, in milliseconds; 0 if none is in progress. */
  readonly stalledMs: number;
  /** Why the store does not accept writes; null if it is not known to be away. */
  readonly storeTrouble: string | null;
  readonly stallLimitMs: number;
}

/**
 * Returns the problems of the worker itself that only a restart can fix. Pure. Any answer already shows that the event loop
 * runs. The one other requirement is that a worker with deliveries in progress ends one now and then. A worker that is idle,
 * waits for its store or reconnects to the broker is alive, because a restart would not help it.
 *
 * @returns the problems; empty if the worker is alive.
 */
export function livenessProblems({ stalledMs, storeTrouble, stallLimitMs }: Progress): string[] {
  if (stalledMs <= stallLimitMs || storeTrouble !== null) return [];
  const seconds = Math.round(stalledMs / 1000);
  return [
    `work: deliveries are in progress, but none has ended for ${seconds} s, although the store is not away`,
  ];
}

/** The facts that decide readiness. */
export interface Circumstances {
  /** Null if it has not been opened yet. */
  readonly source: SourceState | null;
  /** Null if the store can be written to. */
  readonly storeTrouble: string | null;
  /** Null if the spool has room, or if there is no spool. */
  readonly spoolTrouble: string | null;
  readonly isStopping: boolean;
}

/**
 * Returns the problems that keep the worker from working now. Each text begins with the part that causes the problem. Pure.
 * A degraded exchange is not a problem here as long as another exchange is bound; it has a metric of its own.
 *
 * @returns the problems; empty if the worker is ready.
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
  if (!consuming && !connected) return [`broker: not connected${since}; the worker keeps trying`];
  if (!consuming) return [`broker: connected, but not consuming${since}`];
  if (bindings > 0) return [];
  const reasons = degraded.map(({ exchange, reason }) => `${exchange}: ${reason}`);
  return [`broker: nothing is bound to the queue${reasons.length > 0 ? ` (${reasons.join("; ")})` : ""}`];
}
