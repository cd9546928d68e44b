import type { ItemLimits } from "../decode/decode-delivery.ts";
import type { Collection, CollectionKind } from "../domain/collection.ts";
import { type Fault, ok, type Result } from "../domain/faults.ts";
import { firstCharacters } from "../domain/text/characters.ts";
import { isJsonObject } from "../domain/text/json-object.ts";
import type { ParsedSource } from "../domain/text/source-json.ts";
import { readArtifactItem } from "../submission/artifact-item.ts";
import { blobWarnings } from "../submission/check-blobs.ts";
import { readJobItem } from "../submission/job-item.ts";
import { normaliseSubmission, type SubmissionRules } from "../submission/normalise-submission.ts";
import { readResultSetItem } from "../submission/result-set-item.ts";
import { type CollectionSchemas, validateItem } from "../validate/collection-schemas.ts";
import type { AcceptedJob, ArtifactVerdict, PushVerdict, RejectedItem } from "./verdict.ts";

/** The rules for posted items. The limits on a message from the broker hold for each item by itself. */
export interface ItemRules extends ItemLimits, SubmissionRules {
  readonly collections: CollectionSchemas;
}

/** What an item is judged by, beside itself. */
export interface ItemContext extends Collection, ItemRules {
  /** Returns whether the same list has `Bug suggestions` for a guid. */
  readonly hasSuggestions: (guid: string) => boolean;
}

export type ItemVerdict = AcceptedJob | PushVerdict | ArtifactVerdict | RejectedItem;

/** An item to judge: the value that is checked, and the value that is stored. */
type Judge = (item: ParsedSource, context: ItemContext) => Result<ItemVerdict>;

/** Returns the verdict on one item of a posted collection. Pure. */
export function judgeItem(item: ParsedSource, context: ItemContext): ItemVerdict {
  const judged = judges[context.kind](item, context);
  if (judged.ok) return judged.value;
  return rejectedItem(judged.fault, item.source, context);
}

const judges: Readonly<Record<CollectionKind, Judge>> = {
  jobs(item, context) {
    const { collections, project, jobLimits } = context;
    const valid = validateItem(item.value, collections.jobs);
    if (!valid.ok) return valid;
    const read = readJobItem(valid.value, project, artifactsOf(item.source), jobLimits);
    if (!read.ok) return read;
    const { submission: posted, warnings } = read.value;
    const prepared = normaliseSubmission(posted, context);
    if (!prepared.ok) return prepared;
    const ofBlobs = blobWarnings(valid.value.job.artifacts ?? [], jobLimits.artifacts, collections);
    return ok({
      kind: "accepted",
      submission: prepared.value,
      posted,
      payload: item.source,
      at: "",
      warnings: [...warnings, ...ofBlobs],
    });
  },

  resultset({ value, source }, { collections, project }) {
    const valid = validateItem(value, collections.resultset);
    if (!valid.ok) return valid;
    const read = readResultSetItem(valid.value);
    return read.ok ? ok({ kind: "push", project, resultSet: read.value, payload: source, at: "" }) : read;
  },

  artifact({ value, source }, { collections, project, jobLimits, hasSuggestions }) {
    const valid = validateItem(value, collections.artifact);
    if (!valid.ok) return valid;
    const read = readArtifactItem(valid.value, memberOf(source, "blob"), project, jobLimits, hasSuggestions);
    if (!read.ok) return read;
    const warnings = blobWarnings([valid.value], 1, collections);
    return ok({ kind: "artifact", artifact: read.value, payload: source, at: "", warnings });
  },
};

/** @param payload - `undefined` if the item could not be decoded. */
export function rejectedItem(fault: Fault, payload: unknown, { kind, project }: Collection): RejectedItem {
  const guid = memberOf(kind === "jobs" ? memberOf(payload, "job") : payload, "job_guid");
  const task_id = typeof guid === "string" ? firstCharacters(guid, 200) : null;
  return { kind: "rejected", fault, payload, project, task_id };
}

/** Returns the artifacts of a job, with their numbers as they were written. */
function artifactsOf(source: unknown): readonly unknown[] {
  const artifacts = memberOf(memberOf(source, "job"), "artifacts");
  return Array.isArray(artifacts) ? artifacts : [];
}

/** Reads own members only, because the item is untrusted. */
function memberOf(value: unknown, name: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
