import type { ValidateFunction } from "ajv";
import ajvDraft04 from "ajv-draft-04";
import type { Artifact, Refusal } from "../domain/submission.ts";
import { isJsonObject } from "../domain/text/json-object.ts";
import { type ParsedSource, parseSourceWithin, writeSource } from "../domain/text/source-json.ts";
import { readPerformanceBlob } from "./performance-item.ts";
import { performanceSchema } from "./performance-schema.ts";

export const PERFORMANCE_DATA = "performance_data";

/** The maximum number of items that are checked and kept. A message has room for 300,000, which would block the process. */
export const MAX_ITEMS = 1000;

/** The maximum number of numbers such as `1.10` in data from which a part is left out. Keeping their text is slow. */
const MAX_KEPT_NUMBERS = 10_000;

/** The maximum length of a blob that contains `NaN` or `Infinity`, and the maximum number of these. Reading such a blob is slow. */
const MAX_ODD_TEXT = 128 * 1024;
const MAX_ODD_NUMBERS = 200;

let compiled: ValidateFunction | null = null;

/** Compiles the schema when it is first needed: most commands and many workers never see performance data. */
function schemaCheck(): ValidateFunction {
  compiled ??= new ajvDraft04.default({
    // The number 1e400 is valid JSON, but JSON.parse returns it as Infinity. JSON.parse never returns NaN.
    strictNumbers: false,
    // The tests check that the schema is valid. Checking it here would take longer than everything else.
    validateSchema: false,
    meta: false,
  }).compile(performanceSchema);
  return compiled;
}

/**
 * Returns the `performance_data` artifact without the items that do not fit the performance schema, and without those beyond the
 * first {@link MAX_ITEMS}. The data may be a list of items or a single item.
 *
 * @returns null as the artifact if no item is left; a refusal for each item that does not fit, and one refusal for all items
 *   beyond the limit.
 */
export function storablePerformance(artifact: Artifact): {
  readonly artifact: Artifact | null;
  readonly refused: readonly Refusal[];
} {
  const read = readBlob(artifact.blob);
  return read === null ? withoutOddNumbers(artifact) : storableItems(artifact, read);
}

/** Does the same for a blob that is not JSON. The reason may be `NaN` or `Infinity`, which Python writes. */
function withoutOddNumbers(artifact: Artifact): ReturnType<typeof storablePerformance> {
  const count = artifact.blob.match(/NaN|Infinity/g)?.length ?? 0;
  if (count === 0) return storableItems(artifact, { value: null, source: null });
  if (count > MAX_ODD_NUMBERS || artifact.blob.length > MAX_ODD_TEXT) {
    return refusedWhole(
      `is not JSON; with NaN or Infinity it is read only up to ${MAX_ODD_TEXT} characters and ${MAX_ODD_NUMBERS} such numbers`,
    );
  }
  const odd = readPerformanceBlob(artifact.blob);
  const read = odd.ok ? readBlob(odd.text) : null;
  if (!odd.ok || read === null) return storableItems(artifact, { value: null, source: null });
  const kept = storableItems({ ...artifact, blob: odd.text }, read);
  const unlisted = odd.oddValues - odd.notes.length;
  const reasons =
    unlisted > 0 ? [...odd.notes, `more values that are NaN or Infinity: ${unlisted}`] : odd.notes;
  const oddRefusals = reasons.map((reason) => ({ what: `artifact "${PERFORMANCE_DATA}"`, reason }));
  return { artifact: kept.artifact, refused: [...oddRefusals, ...kept.refused] };
}

function storableItems(
  artifact: Artifact,
  { value, source }: ParsedSource,
): ReturnType<typeof storablePerformance> {
  const items = itemsOf(value);
  if (items === null) return refusedWhole("has no list or object `performance_data`");
  const reasons = items.slice(0, MAX_ITEMS).map(whyNotStorable);
  const refused = [
    ...beyondMaxItems(items.length - MAX_ITEMS),
    ...reasons.flatMap((reason, at) =>
      reason === null ? [] : [{ what: `performance data ${at + 1}`, reason }],
    ),
  ];
  if (refused.length === 0) return { artifact, refused };
  // The same items, with their numbers as the publisher wrote them.
  const sources = itemsOf(source);
  if (sources === null || !isJsonObject(source)) {
    return refusedWhole(
      `has invalid items that cannot be left out, because it has more than ${MAX_KEPT_NUMBERS} numbers such as 1.10`,
    );
  }
  const kept = sources.slice(0, MAX_ITEMS).filter((_, at) => reasons[at] === null);
  if (kept.length === 0) return { artifact: null, refused };
  return { artifact: { ...artifact, blob: writeSource({ ...source, performance_data: kept }) }, refused };
}

function beyondMaxItems(left: number): readonly Refusal[] {
  if (left <= 0) return [];
  const reason = `${left} left out: a job may have ${MAX_ITEMS} items of performance data`;
  return [{ what: `performance data beyond the first ${MAX_ITEMS}`, reason }];
}

function itemsOf(blob: unknown): readonly unknown[] | null {
  const data = isJsonObject(blob) ? blob["performance_data"] : undefined;
  if (Array.isArray(data)) return data;
  return isJsonObject(data) ? [data] : null;
}

/** Returns why an item of performance data cannot be stored, with a JSON pointer into it, or null if it can. */
export function whyNotStorable(item: unknown): string | null {
  const fitsSchema = schemaCheck();
  if (fitsSchema(item)) return null;
  const { instancePath = "", message = "does not fit the schema" } = fitsSchema.errors?.[0] ?? {};
  return `${instancePath === "" ? "it" : instancePath} ${message}`;
}

function refusedWhole(reason: string): { readonly artifact: null; readonly refused: readonly Refusal[] } {
  return { artifact: null, refused: [{ what: `artifact "${PERFORMANCE_DATA}"`, reason }] };
}

/** Parses a blob. Returns null if it is not JSON. The source is undefined if too many numbers would have to be kept. */
function readBlob(text: string): ParsedSource | null {
  try {
    return parseSourceWithin(text, MAX_KEPT_NUMBERS);
  } catch {
    // The caller reports the problem.
    return null;
  }
}
