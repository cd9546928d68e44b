import { ok, type Result, refuse } from "../domain/faults.ts";
import { type CompiledSchema, compileSchema } from "./compile-schema.ts";
import type { ArtifactItem, JobItem, ResultSetItem } from "./item-types.ts";
import { MAX_VIOLATIONS, toViolation } from "./to-violation.ts";

/** The schemas of posted items, by the kind of their collection, and those of artifacts' blobs, by the artifact's name. */
export interface CollectionSchemas {
  readonly jobs: CompiledSchema<JobItem>;
  readonly resultset: CompiledSchema<ResultSetItem>;
  readonly artifact: CompiledSchema<ArtifactItem>;
  readonly blobs: ReadonlyMap<string, CompiledSchema<unknown>>;
}

/**
 * Reads the schemas, which takes some milliseconds each. Call it once per process.
 *
 * The blob of `performance_data` is not among them: each of its items is checked when it is stored, and left out if it does not fit.
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

/** Returns an item that fits the schema of its collection; fault `schema-violation` with each place, the broken rule and the value there. */
export function validateItem<T>(value: unknown, schema: CompiledSchema<T>): Result<T> {
  if (schema.fits(value)) return ok(value);
  const violations = schema.errorsOf(value).slice(0, MAX_VIOLATIONS).map(toViolation);
  return refuse({ reason: "schema-violation", violations });
}

/** Returns why a blob does not fit its schema: the first place with what is wrong there; null if it fits. */
export function whyNotFitting(blob: unknown, schema: CompiledSchema<unknown>): string | null {
  if (schema.fits(blob)) return null;
  const [error] = schema.errorsOf(blob);
  if (error === undefined) return null;
  const { pointer, message } = toViolation(error);
  return pointer === "" ? message : `${pointer} ${message}`;
}
