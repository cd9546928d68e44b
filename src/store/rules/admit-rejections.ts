import { rejectionId } from "../../domain/ids.ts";
import type { Rejection, RejectionEnd, StoredRejection } from "../../domain/rejection.ts";
import { type PlannedRejection, type QuotaKey, quotaId } from "./plan-rejections.ts";

/** How many new rejections of one exchange are kept in a day; 0: no limit. */
export interface RejectionQuota {
  readonly perDay: number;
  readonly bytesPerDay: number;
}

export const unlimited: RejectionQuota = { perDay: 0, bytesPerDay: 0 };

/** What an exchange has used of a day's quota. */
export interface QuotaUse extends QuotaKey {
  /** New rejections that were kept. */
  readonly kept: number;
  readonly bytes: number;
  /** Messages that were only counted. */
  readonly only_counted: number;
}

export interface Admission {
  readonly kept: readonly StoredRejection[];
  /** What is to be added to the use so far; at most one for each key. */
  readonly uses: readonly QuotaUse[];
  /** What becomes of each rejection of a batch, in its order. */
  readonly endsOf: (rejections: readonly Rejection[]) => RejectionEnd[];
}

/**
 * Decides which rejections are kept. One that is there already only counts on and takes no quota. A new one is kept while
 * its exchange has used less than the day's quota, so the last one may exceed the bytes. Pure, for every adapter.
 *
 * @param known - ids of those that are there.
 * @param used - the use so far, as far as there is one.
 */
export function admitRejections(
  planned: readonly PlannedRejection[],
  known: ReadonlySet<string>,
  used: readonly QuotaUse[],
  quota: RejectionQuota,
): Admission {
  const before = new Map(used.map((use) => [quotaId(use), use]));
  const added = new Map<string, QuotaUse>();
  const refusedIds = new Set<string>();
  const kept: StoredRejection[] = [];
  for (const { stored, quota: key } of planned) {
    if (key === null || known.has(stored.id)) {
      kept.push(stored);
      continue;
    }
    const id = quotaId(key);
    const now = added.get(id) ?? { ...key, kept: 0, bytes: 0, only_counted: 0 };
    if (isFull(sum(before.get(id), now), quota)) {
      refusedIds.add(stored.id);
      added.set(id, { ...now, only_counted: now.only_counted + stored.count });
    } else {
      kept.push(stored);
      added.set(id, { ...now, kept: now.kept + 1, bytes: now.bytes + bytesOf(stored) });
    }
  }
  return {
    kept,
    uses: [...added.values()],
    endsOf: (rejections) =>
      rejections.map((rejection) =>
        refusedIds.has(rejectionId(rejection.payload, rejection.route)) ? "only-counted" : "kept",
      ),
  };
}

function sum(before: QuotaUse | undefined, added: QuotaUse): { kept: number; bytes: number } {
  return { kept: (before?.kept ?? 0) + added.kept, bytes: (before?.bytes ?? 0) + added.bytes };
}

function isFull({ kept, bytes }: { kept: number; bytes: number }, quota: RejectionQuota): boolean {
  const { perDay, bytesPerDay } = quota;
  return (perDay > 0 && kept >= perDay) || (bytesPerDay > 0 && bytes >= bytesPerDay);
}

/** What of a rejection is as long as its publisher likes. */
function bytesOf({ fault, payload }: StoredRejection): number {
  return Buffer.byteLength(payload.content) + Buffer.byteLength(JSON.stringify(fault));
}
