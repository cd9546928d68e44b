import { ok, type Result, refuse } from "../domain/faults.ts";
import { type CompiledSchema, compileSchema } from "./compile-schema.ts";
import type { ArtifactItem, JobItem, ResultSetItem } from "./item-types.ts";
import { MAX_VIOLATIONS, toViolation } from "./to-violation.ts";

/** The schemas of posted items, by kind of collection, and the schemas of blobs, by name of the artifact. */
export interface CollectionSchemas {
  readonly jobs: CompiledSchema<JobItem>;
  readonly resultset: CompiledSchema<ResultSetItem>;
  readonly artifact: CompiledSchema<ArtifactItem>;
  readonly blobs: ReadonlyMap<string, CompiledSchema<unknown>>;
}

/**
 * Reads the schemas, which takes some milliseconds each. Call it once per process.
 *
 * There is no schema here for the blob of `performance_data`: its items are checked when the artifact is prepared, and invalid items
 * are left out.
 */
export function loadCollectionSchemas(): CollectionSchemas {
  return {
    jobs: compileSchema<JobItem>("job-item.yml"),
    resultset: compileSchema<ResultSetItem>("result-set-item.yml"),
    artifact: compileSchema<ArtifactItem>("artifact-item.yml"),
    blobs: new Map([
      ["text_log_summary", compileSchema("text-log-summary.yml")],
      ["Bug suggestions", compileSchema("bug-suggestions.yml")],
      ["Job Info", compileSchema("job-info.yml")],
    ]),
  };
}

/** Validates an item. @returns the item, or the fault `schema-violation` with the place, the broken rule and the value of each error. */
export function validateItem<T>(value: unknown, schema: CompiledSchema<T>): Result<T> {
  if (schema.fits(value)) return ok(value);
  const violations = schema.errorsOf(value).slice(0, MAX_VIOLATIONS).map(toViolation);
  return refuse({ reason: "schema-violation", violations });
}

/** Returns the first place where a blob does not fit its schema, with the problem there, or null if it fits. */
export function whyNotFitting(blob: unknown, schema: CompiledSchema<unknown>): string | null {
  if (schema.fits(blob)) return null;
  const [error] = schema.errorsOf(blob);
  if (error === undefined) return null;
  const { pointer, message } = toViolation(error);
  return pointer === "" ? message : `${pointer} ${message}`;
}
