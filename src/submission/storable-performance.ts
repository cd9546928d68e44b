import ajvDraft04 from "ajv-draft-04";
import type { Artifact, Refusal } from "../domain/submission.ts";
import { isJsonObject } from "../domain/text/json-object.ts";
import { type ParsedSource, parseSource, writeSource } from "../domain/text/source-json.ts";
import { performanceSchema } from "./performance-schema.ts";

/** Name of the artifact. */
export const PERFORMANCE_DATA = "performance_data";

// JSON.parse gives Infinity for a number such as 1e400, which JSON allows; NaN it never gives.
const fitsSchema = new ajvDraft04.default({ strictNumbers: false }).compile(performanceSchema);

/**
 * The `performance_data` artifact without the items that do not fit the performance schema, whether a log or a
 * publisher brought it; its items may be a list or one object, and stay so.
 *
 * @returns null for the artifact where nothing of it is left; one refusal for each item that was dropped.
 */
export function storablePerformance(artifact: Artifact): {
  readonly artifact: Artifact | null;
  readonly refused: readonly Refusal[];
} {
  const { value, source } = readBlob(artifact.blob);
  const items = itemsOf(value);
  // Of the same shape, with numbers as they were written.
  const sources = itemsOf(source);
  if (items === null || sources === null || !isJsonObject(source)) {
    const refusal = {
      what: `artifact "${PERFORMANCE_DATA}"`,
      reason: "has no list or object `performance_data`",
    };
    return { artifact: null, refused: [refusal] };
  }
  const reasons = items.map(whyNotStorable);
  const refused = reasons.flatMap((reason, at) =>
    reason === null ? [] : [{ what: `performance data ${at + 1}`, reason }],
  );
  if (refused.length === 0) return { artifact, refused };
  const kept = sources.filter((_, at) => reasons[at] === null);
  if (kept.length === 0) return { artifact: null, refused };
  return { artifact: { ...artifact, blob: writeSource({ ...source, performance_data: kept }) }, refused };
}

function itemsOf(blob: unknown): readonly unknown[] | null {
  const data = isJsonObject(blob) ? blob["performance_data"] : undefined;
  if (Array.isArray(data)) return data;
  return isJsonObject(data) ? [data] : null;
}

/** Why an item of performance data may not be stored, with a JSON pointer into it; null: it may. */
export function whyNotStorable(item: unknown): string | null {
  if (fitsSchema(item)) return null;
  const { instancePath = "", message = "does not fit the schema" } = fitsSchema.errors?.[0] ?? {};
  return `${instancePath === "" ? "it" : instancePath} ${message}`;
}

function readBlob(text: string): ParsedSource {
  try {
    return parseSource(text);
  } catch {
    // Not JSON: it has no data either.
    return { value: null, source: null };
  }
}
