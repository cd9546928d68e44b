import { ok, type Result, refuse } from "../domain/faults.ts";
import type { ResultSetSubmission } from "../domain/result-set.ts";
import type { ResultSetItem } from "../validate/item-types.ts";
import { postedSeconds } from "./posted-seconds.ts";

/**
 * Converts an item of a result set collection to a push. Pure. Absent, null and empty values are left out, and the store applies its
 * defaults. If the revision is missing, the last one in the list is used.
 *
 * @param item - fits `schemas/result-set-item.yml`. Members that are not in the schema are ignored.
 * @returns fault `unusable-field` for an item without any revision.
 */
export function readResultSetItem(item: ResultSetItem): Result<ResultSetSubmission> {
  const { revision_hash, author, active_status, push_timestamp } = item;
  const revision = item.revision || item.revisions.at(-1)?.revision;
  if (revision === undefined) {
    const detail = "is missing: give the top revision of the push, or list its revisions";
    return refuse({ reason: "unusable-field", pointer: "/revision", detail });
  }
  return ok({
    revision,
    ...(revision_hash ? { revision_hash } : {}),
    ...(author ? { author } : {}),
    // The schema accepts only numbers and texts that can be read.
    push_timestamp: postedSeconds(push_timestamp) ?? 0,
    ...(active_status ? { active_status } : {}),
    revisions: item.revisions.map(({ revision, author, repository, comment = null }) => ({
      revision,
      author,
      comment,
      repository,
    })),
  });
}
