import * as z from "zod";
import type { Artifact } from "../../domain/submission.ts";
import type { PerformanceRow, PerformanceRows } from "../../web/shown-job.ts";
import { readJson } from "./read-json.ts";

const MAX_ROWS = 500;
/** The most elements that are looked at. A list may contain hundreds of thousands without a row, and rejecting each takes time. */
const MAX_LOOKED_AT = 5000;
/** In characters. Parsing longer data would block the process. The Data tab shows its beginning. */
const MAX_LENGTH = 2 * 1024 * 1024;

const unit = z.string().nullish().catch(null);
const subtest = z.object({ name: z.string(), value: z.number(), unit });
const suite = z.object({
  name: z.string(),
  value: z.number().nullish().catch(null),
  unit,
  subtests: z.unknown().optional(),
});
const item = z.object({ framework: z.object({ name: z.string() }), suites: z.unknown() });
const performanceData = z.object({ performance_data: z.unknown() });

/** Returns the values of a `performance_data` artifact as rows: each suite, followed by its subtests. */
export function performanceRows(artifact: Artifact | null): PerformanceRows {
  if (artifact === null) return { rows: [], is_cut: false };
  if (artifact.blob.length > MAX_LENGTH) return { rows: [], is_cut: true };
  const data = performanceData.safeParse(readJson(artifact.blob)).data?.performance_data;
  const rows: PerformanceRow[] = [];
  let lookedAt = 0;
  // The artifact contains a list of items, or a single item.
  for (const row of rowsIn(Array.isArray(data) ? data : [data])) {
    if (++lookedAt > MAX_LOOKED_AT || (row !== null && rows.length === MAX_ROWS))
      return { rows, is_cut: true };
    if (row !== null) rows.push(row);
  }
  return { rows, is_cut: false };
}

/** Yields a row for each value, and null for each element without a value. */
function* rowsIn(items: readonly unknown[]): Generator<PerformanceRow | null> {
  for (const each of items) {
    const read = item.safeParse(each).data;
    yield null;
    for (const given of listIn(read?.suites)) {
      const measured = suite.safeParse(given).data;
      if (read === undefined || measured === undefined) yield null;
      else yield* rowsOf(read.framework.name, measured);
    }
  }
}

function* rowsOf(
  framework: string,
  { name, value = null, unit: unitOfAll = null, subtests }: z.infer<typeof suite>,
): Generator<PerformanceRow | null> {
  const place = { framework, suite: name };
  yield value === null ? null : { ...place, subtest: null, value, unit: unitOfAll };
  for (const given of listIn(subtests)) {
    const each = subtest.safeParse(given).data;
    yield each === undefined
      ? null
      : { ...place, subtest: each.name, value: each.value, unit: each.unit ?? unitOfAll };
  }
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
