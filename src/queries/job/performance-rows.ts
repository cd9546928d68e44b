import * as z from "zod";
import type { Artifact } from "../../domain/submission.ts";
import type { PerformanceRow, PerformanceRows } from "../../web/shown-job.ts";
import { readJson } from "./read-summary.ts";

const MAX_ROWS = 500;
/** Longer data would keep the process busy while it is parsed. The Data tab shows its beginning. */
const MAX_LENGTH = 2 * 1024 * 1024;

const unit = z.string().nullish().catch(null);
const subtest = z.object({ name: z.string(), value: z.number(), unit });
const suite = z.object({
  name: z.string(),
  value: z.number().nullish().catch(null),
  unit,
  subtests: z.array(subtest.nullable().catch(null)).catch([]),
});
const item = z.object({
  framework: z.object({ name: z.string() }),
  suites: z.array(suite.nullable().catch(null)),
});
const performanceData = z.object({ performance_data: z.unknown() });

/** Returns the values of an artifact `performance_data` as rows: each suite, followed by its subtests. */
export function performanceRows(artifact: Artifact | null): PerformanceRows {
  if (artifact === null) return { rows: [], is_cut: false };
  if (artifact.blob.length > MAX_LENGTH) return { rows: [], is_cut: true };
  const data = performanceData.safeParse(readJson(artifact.blob)).data?.performance_data;
  // The artifact holds a list of items, or a single one.
  const items = Array.isArray(data) ? data : [data];
  const rows: PerformanceRow[] = [];
  for (const each of items) {
    const read = item.safeParse(each).data;
    if (read !== undefined) rows.push(...rowsOf(read));
    if (rows.length > MAX_ROWS) break;
  }
  return { rows: rows.slice(0, MAX_ROWS), is_cut: rows.length > MAX_ROWS };
}

function rowsOf({ framework, suites }: z.infer<typeof item>): PerformanceRow[] {
  return suites.flatMap((measured) => {
    if (measured === null) return [];
    const { name, value = null, unit = null, subtests } = measured;
    const place = { framework: framework.name, suite: name };
    return [
      ...(value === null ? [] : [{ ...place, subtest: null, value, unit }]),
      ...subtests
        .filter((each) => each !== null)
        .map((each) => ({ ...place, subtest: each.name, value: each.value, unit: each.unit ?? unit })),
    ];
  });
}
