import ajvDraft04 from "ajv-draft-04";
import type { Artifact, Refusal } from "../../domain/submission.ts";
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
  const blob = readBlob(artifact.blob);
  const data = blob?.["performance_data"];
  if (typeof data !== "object" || data === null) {
    const refusal = {
      what: `artifact "${PERFORMANCE_DATA}"`,
      reason: "has no list or object `performance_data`",
    };
    return { artifact: null, refused: [refusal] };
  }
  const items: unknown[] = Array.isArray(data) ? data : [data];
  const reasons = items.map(whyNot);
  const refused = reasons.flatMap((reason, at) =>
    reason === null ? [] : [{ what: `performance data ${at + 1}`, reason }],
  );
  if (refused.length === 0) return { artifact, refused };
  const kept = items.filter((_, at) => reasons[at] === null);
  if (kept.length === 0) return { artifact: null, refused };
  return { artifact: { ...artifact, blob: JSON.stringify({ ...blob, performance_data: kept }) }, refused };
}

/** Why an item may not be stored, with a JSON pointer into it; null: it may. */
function whyNot(item: unknown): string | null {
  if (fitsSchema(item)) return null;
  const { instancePath = "", message = "does not fit the schema" } = fitsSchema.errors?.[0] ?? {};
  return `${instancePath === "" ? "it" : instancePath} ${message}`;
}

function readBlob(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const blob: unknown = JSON.parse(text);
    return typeof blob === "object" && blob !== null ? { ...blob } : null;
  } catch {
    // Not JSON: it has no data either.
    return null;
  }
}
