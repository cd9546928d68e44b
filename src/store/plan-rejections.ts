import { rejectionId } from "../domain/ids.ts";
import type { Rejection, StoredRejection } from "../domain/rejection.ts";

const DAY_MS = 86_400_000;

/**
 * A batch's rejections as they are kept where there is none of their id yet, each id once: what came several times is
 * counted. Pure, for every adapter.
 *
 * @returns fault and payload of the last one; times of them all.
 */
export function planRejections(rejections: readonly Rejection[], ttlDays: number): StoredRejection[] {
  const planned = new Map<string, StoredRejection>();
  for (const { received_at, ...rejection } of rejections) {
    const { payload, exchange, routing_key } = rejection;
    const id = rejectionId(payload, exchange, routing_key);
    const before = planned.get(id);
    const last_seen = latest(before?.last_seen, received_at);
    planned.set(id, {
      id,
      ...rejection,
      first_seen: before === undefined || received_at < before.first_seen ? received_at : before.first_seen,
      last_seen,
      count: (before?.count ?? 0) + 1,
      expires_at: new Date(Date.parse(last_seen) + ttlDays * DAY_MS).toISOString(),
    });
  }
  return [...planned.values()];
}

function latest(before: string | undefined, time: string): string {
  return before === undefined || time > before ? time : before;
}
