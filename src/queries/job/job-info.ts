import * as z from "zod";
import type { Artifact } from "../../domain/submission.ts";
import type { JobInfoEntry } from "../../web/shown-job.ts";
import { readJson } from "./read-summary.ts";

const text = z.string().nullish().catch(null);
const entry = z.object({ title: text, value: z.string(), url: text, content_type: text });
const jobInfo = z.object({ job_details: z.array(entry.nullable().catch(null)) });
const buildApi = z.object({ buildername: z.string() });

/**
 * Returns the entries of a job's `Job Info`, sorted by title, with the name of its builder if it has one. An entry of an unknown
 * type is text, and so is a link without a URL.
 *
 * @param builder - the artifact `buildapi`.
 */
export function jobInfoEntries(info: Artifact | null, builder: Artifact | null): JobInfoEntry[] {
  const given = info === null ? [] : (jobInfo.safeParse(readJson(info.blob)).data?.job_details ?? []);
  const entries: JobInfoEntry[] = given
    .filter((each) => each !== null)
    .map(({ title, value, url, content_type }) => {
      const link = content_type === "link" && url ? url : null;
      const kind = content_type === "raw_html" ? "raw_html" : link === null ? "text" : "link";
      return { kind, title: title ?? null, value, url: link };
    });
  const name = builder === null ? undefined : buildApi.safeParse(readJson(builder.blob)).data?.buildername;
  if (name !== undefined) entries.push({ kind: "text", title: "Buildername", value: name, url: null });
  return entries.toSorted((a, b) => compare(a.title ?? "", b.title ?? ""));
}

/** Plain code order, so that every reader sees the same order. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
