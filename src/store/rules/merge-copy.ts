import type { StoredRejection } from "../../domain/rejection.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { Copied } from "../ports/copy-store.ts";

/**
 * Returns the push to write over a stored one in an earlier state. It keeps the stored number. If nobody has submitted the push, it
 * keeps the earlier of the two places in the list.
 */
export function mergePush(source: ResultSet, target: ResultSet): ResultSet {
  const order_at = source.push_timestamp || Math.min(source.order_at, target.order_at);
  const [, last_modified = ""] = [source.last_modified, target.last_modified].toSorted();
  return { ...source, rest_id: target.rest_id, order_at, last_modified };
}

/**
 * Returns the job to write over a stored one in an earlier state. It keeps the stored number. The version is increased, so that a
 * worker that has read the stored job fails to write, and reads it again.
 */
export function mergeJob(source: StoredJob, target: Pick<StoredJob, "rest_id" | "version">): StoredJob {
  const version = Math.max(source.version, target.version + 1);
  return { ...source, rest_id: target.rest_id, version };
}

/**
 * Returns the rejection to write over a stored one. Counts are not added up, because both stores may have counted the same arrivals,
 * and because a copy may be repeated.
 */
export function mergeRejection(source: StoredRejection, target: StoredRejection): StoredRejection {
  const newer = source.last_seen > target.last_seen ? source : target;
  const [first_seen = ""] = [source.first_seen, target.first_seen].toSorted();
  const [, expires_at = ""] = [source.expires_at, target.expires_at].toSorted();
  return { ...newer, first_seen, count: Math.max(source.count, target.count), expires_at };
}

/** Returns the quota to write over a stored one, with the larger of each pair of values. */
export function mergeQuota(source: Copied<"quota">, target: Copied<"quota">): Copied<"quota"> {
  return {
    ...source,
    kept: Math.max(source.kept, target.kept),
    bytes: Math.max(source.bytes, target.bytes),
    only_counted: Math.max(source.only_counted, target.only_counted),
  };
}
