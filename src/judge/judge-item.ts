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

/** The rules for posted items. Each item has the same limits as a message from the broker. */
export interface ItemRules extends ItemLimits, SubmissionRules {
  readonly collections: CollectionSchemas;
}

/** The context in which an item is judged. */
export interface ItemContext extends Collection, ItemRules {
  /** Returns whether the same list contains `Bug suggestions` for a guid. */
  readonly hasSuggestions: (guid: string) => boolean;
}

export type ItemVerdict = AcceptedJob | PushVerdict | ArtifactVerdict | RejectedItem;

/** Judges an item, given as the value to check and the value to store. */
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

/** Returns the verdict that rejects an item. @param payload - the item, or `undefined` if it could not be decoded. */
export function rejectedItem(fault: Fault, payload: unknown, { kind, project }: Collection): RejectedItem {
  const guid = memberOf(kind === "jobs" ? memberOf(payload, "job") : payload, "job_guid");
  const task_id = typeof guid === "string" ? firstCharacters(guid, 200) : null;
  return { kind: "rejected", fault, payload, project, task_id };
}

/** Returns the artifacts of a job, with numbers as the client wrote them. */
function artifactsOf(source: unknown): readonly unknown[] {
  const artifacts = memberOf(memberOf(source, "job"), "artifacts");
  return Array.isArray(artifacts) ? artifacts : [];
}

/** Returns a member of an untrusted object, and never an inherited one. */
function memberOf(value: unknown, name: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
