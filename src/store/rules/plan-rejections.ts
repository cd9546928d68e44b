import { rejectionId } from "../../domain/ids.ts";
import type { Rejection, StoredRejection } from "../../domain/rejection.ts";

const DAY_MS = 86_400_000;

/** The quota that a rejection counts against. */
export interface QuotaKey {
  /** UTC, e.g. `2026-01-05`. */
  readonly day: string;
  /** The name of the quota; see `Rejection`. */
  readonly exchange: string;
}

export interface PlannedRejection {
  /** The document to store if no document has this id yet. */
  readonly stored: StoredRejection;
  /** Null if it does not count against a quota. */
  readonly quota: QuotaKey | null;
  /** The number of messages to count if the quota is used up. */
  readonly beyondQuota: number;
}

/** When each stored rejection was last seen, in ISO 8601, by id. */
export type LastSeen = ReadonlyMap<string, string>;

/** Returns the distinct ids of the rejections that must be looked up before a batch is planned. */
export function rejectionsToRead(rejections: readonly Rejection[]): string[] {
  const limited = rejections.filter(({ quota, replayed }) => quota !== undefined || replayed === true);
  return [...new Set(limited.map(({ payload, route }) => rejectionId(payload, route)))];
}

/**
 * Merges the rejections of a batch that have the same id. A merged rejection has the fault and payload of its last message, and its
 * times and count cover all messages. Pure, so that all adapters decide the same.
 *
 * @param known - the rejections of {@link rejectionsToRead} that are stored.
 */
export function planRejections(
  rejections: readonly Rejection[],
  ttlDays: number,
  known: LastSeen,
): PlannedRejection[] {
  const planned = new Map<string, PlannedRejection>();
  for (const { received_at, quota, route, replayed = false, ...content } of rejections) {
    const id = rejectionId(content.payload, route);
    const before = planned.get(id);
    const counted = known.get(id);
    const isNew = !replayed || counted === undefined || received_at > counted;
    // A replayed message that was counted on arrival changes neither times nor count.
    const seen = isNew ? received_at : counted;
    const last_seen = latest(before?.stored.last_seen, seen);
    planned.set(id, {
      quota: quota === undefined ? null : { day: last_seen.slice(0, 10), exchange: quota },
      beyondQuota: (before?.beyondQuota ?? 0) + (replayed ? 0 : 1),
      stored: {
        id,
        ...route,
        ...content,
        first_seen: earliest(before?.stored.first_seen, seen),
        last_seen,
        count: (before?.stored.count ?? 0) + (isNew ? 1 : 0),
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

/** Returns the distinct quotas that these rejections may count against. */
export function quotaKeys(rejections: readonly Rejection[]): QuotaKey[] {
  const keys = rejections.flatMap(({ quota, received_at }) =>
    quota === undefined ? [] : [{ day: received_at.slice(0, 10), exchange: quota }],
  );
  return [...new Map(keys.map((key) => [quotaId(key), key])).values()];
}

/** Returns the earliest day whose quotas are still needed, because rejections of that day may not have expired. */
export function oldestDay(ttlDays: number, nowMs: number): string {
  return new Date(nowMs - ttlDays * DAY_MS).toISOString().slice(0, 10);
}

/** Returns when a quota is no longer needed. */
export function quotaExpiry({ day }: QuotaKey, ttlDays: number): Date {
  return new Date(Date.parse(day) + (ttlDays + 1) * DAY_MS);
}

function earliest(before: string | undefined, time: string): string {
  return before === undefined || time < before ? time : before;
}

function latest(before: string | undefined, time: string): string {
  return before === undefined || time > before ? time : before;
}
