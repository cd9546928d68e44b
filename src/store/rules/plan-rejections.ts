import { rejectionId } from "../../domain/ids.ts";
import type { Rejection, StoredRejection } from "../../domain/rejection.ts";

const DAY_MS = 86_400_000;

/** The quota that a rejection counts against. */
export interface QuotaKey {
  /** UTC, e.g. `2026-01-05`. */
  readonly day: string;
  readonly exchange: string;
}

export interface PlannedRejection {
  /** The document to store if there is none with this id yet. */
  readonly stored: StoredRejection;
  /** Null if it counts against none. */
  readonly quota: QuotaKey | null;
}

/**
 * Returns the rejections of a batch, each id once. One that came several times has the fault and payload of the last time,
 * and its times and count cover all of them. Pure, so that all adapters decide the same.
 */
export function planRejections(rejections: readonly Rejection[], ttlDays: number): PlannedRejection[] {
  const planned = new Map<string, PlannedRejection>();
  for (const { received_at, quota, route, ...content } of rejections) {
    const id = rejectionId(content.payload, route);
    const before = planned.get(id)?.stored;
    const last_seen = latest(before?.last_seen, received_at);
    planned.set(id, {
      quota: quota === undefined ? null : { day: last_seen.slice(0, 10), exchange: quota },
      stored: {
        id,
        ...route,
        ...content,
        first_seen: before === undefined || received_at < before.first_seen ? received_at : before.first_seen,
        last_seen,
        count: (before?.count ?? 0) + 1,
        expires_at: new Date(Date.parse(last_seen) + ttlDays * DAY_MS).toISOString(),
      },
    });
  }
  return [...planned.values()];
}

/** Returns the id of a quota. */
export function quotaId({ day, exchange }: QuotaKey): string {
  return `${day}/${exchange}`;
}

/** Returns the quotas that these rejections count against, each once. */
export function quotaKeys(planned: readonly PlannedRejection[]): QuotaKey[] {
  const keys = planned.flatMap(({ quota }) => (quota === null ? [] : [quota]));
  return [...new Map(keys.map((key) => [quotaId(key), key])).values()];
}

/** Returns the earliest day whose quotas are still needed: the rejections of that day have not expired. */
export function oldestDay(ttlDays: number, nowMs: number): string {
  return new Date(nowMs - ttlDays * DAY_MS).toISOString().slice(0, 10);
}

/** Returns when a quota is no longer needed. */
export function quotaExpiry({ day }: QuotaKey, ttlDays: number): Date {
  return new Date(Date.parse(day) + (ttlDays + 1) * DAY_MS);
}

function latest(before: string | undefined, time: string): string {
  return before === undefined || time > before ? time : before;
}
