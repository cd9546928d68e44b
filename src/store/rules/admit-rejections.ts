import { rejectionId } from "../../domain/ids.ts";
import type { Rejection, RejectionEnd, StoredRejection } from "../../domain/rejection.ts";
import { type LastSeen, type PlannedRejection, type QuotaKey, quotaId } from "./plan-rejections.ts";

/**
 * How many new rejections of one sender, and how many bytes of them, are kept per day; 0 means no limit. Exchanges that the registry
 * does not list share one quota.
 */
export interface RejectionQuota {
  readonly perDay: number;
  readonly bytesPerDay: number;
}

export const unlimited: RejectionQuota = { perDay: 0, bytesPerDay: 0 };

/** How much of a day's quota has been used. */
export interface QuotaUse extends QuotaKey {
  /** New rejections that were kept. */
  readonly kept: number;
  readonly bytes: number;
  /** Messages that were only counted. */
  readonly only_counted: number;
}

export interface Admission {
  readonly kept: readonly StoredRejection[];
  /** Amounts to add to the stored use; at most one entry per quota. */
  readonly uses: readonly QuotaUse[];
  /** Returns whether each rejection of the batch was kept, in the order of the batch. */
  readonly endsOf: (rejections: readonly Rejection[]) => RejectionEnd[];
}

/**
 * Decides which rejections are kept. A rejection that is already stored is counted again, and uses no quota. A new rejection is
 * kept as long as the day's quota is not used up, so the last one kept may exceed the limit in bytes. Pure, so that all adapters
 * decide the same.
 *
 * @param known - the rejections that are already stored.
 * @param used - the use of each quota so far. Unused quotas may be missing.
 */
export function admitRejections(
  planned: readonly PlannedRejection[],
  known: LastSeen,
  used: readonly QuotaUse[],
  quota: RejectionQuota,
): Admission {
  const before = new Map(used.map((use) => [quotaId(use), use]));
  const added = new Map<string, QuotaUse>();
  const refusedIds = new Set<string>();
  const kept: StoredRejection[] = [];
  for (const { stored, quota: key, beyondQuota } of planned) {
    if (key === null || known.has(stored.id)) {
      kept.push(stored);
      continue;
    }
    const id = quotaId(key);
    const now = added.get(id) ?? { ...key, kept: 0, bytes: 0, only_counted: 0 };
    if (isFull(sum(before.get(id), now), quota)) {
      refusedIds.add(stored.id);
      added.set(id, { ...now, only_counted: now.only_counted + beyondQuota });
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

/** Returns the size in bytes of the parts whose length depends on the publisher. */
function bytesOf({ fault, payload }: StoredRejection): number {
  return Buffer.byteLength(payload.content) + Buffer.byteLength(JSON.stringify(fault));
}
