import * as z from "zod";
import type { Artifact } from "../../domain/submission.ts";
import type { JobInfoEntry } from "../../web/shown-job.ts";
import { readJson } from "./read-json.ts";
import { firstOf, textOrNull as text } from "./read-list.ts";

/** How many entries are shown. A job seldom has a hundred, and the Data tab has all of them. */
const MAX_ENTRIES = 1000;

const entry = z.object({ title: text, value: z.string(), url: text, content_type: text });
const jobInfo = z.object({ job_details: firstOf(entry, MAX_ENTRIES + 1) });
const buildApi = z.object({ buildername: z.string() });

/** The entries of a job's `Job Info`. */
export interface ShownJobInfo {
  readonly entries: readonly JobInfoEntry[];
  /** Whether there are more entries than are shown. */
  readonly isCut: boolean;
}

/**
 * Returns the entries of a job's `Job Info`, sorted by title, with the name of its builder if it has one. An entry of an unknown
 * type is treated as text, and so is a link without a URL. If the list is very long, only its beginning is returned.
 *
 * @param builder - the artifact `buildapi`.
 */
export function jobInfoEntries(info: Artifact | null, builder: Artifact | null): ShownJobInfo {
  const given = info === null ? [] : (jobInfo.safeParse(readJson(info.blob)).data?.job_details ?? []);
  const entries: JobInfoEntry[] = given
    .slice(0, MAX_ENTRIES)
    .filter((each) => each !== null)
    .map(({ title, value, url, content_type }) => {
      const link = content_type === "link" && url ? url : null;
      const kind = content_type === "raw_html" ? "raw_html" : link === null ? "text" : "link";
      return { kind, title, value, url: link };
    });
  const name = builder === null ? undefined : buildApi.safeParse(readJson(builder.blob)).data?.buildername;
  if (name !== undefined) entries.push({ kind: "text", title: "Buildername", value: name, url: null });
  return {
    entries: entries.toSorted((a, b) => compare(a.title ?? "", b.title ?? "")),
    isCut: given.length > MAX_ENTRIES,
  };
}

/** Compares by code units and not by locale, so that every reader sees the same order. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
