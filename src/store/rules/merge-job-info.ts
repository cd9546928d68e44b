import { detailText } from "../../domain/detail-text.ts";
import { JOB_INFO } from "../../domain/ids.ts";
import type { Artifact } from "../../domain/submission.ts";

interface Detail {
  readonly title: unknown;
  readonly value: unknown;
  readonly url: unknown;
}

/**
 * Merges several `Job Info` artifacts: all details in the order of arrival, without duplicates (same title, value and URL). Truncates
 * their texts, because details from a log are stored at full length. Returns null if there are no artifacts.
 */
export function mergeJobInfo(artifacts: readonly Artifact[]): Artifact | null {
  if (artifacts.length === 0) return null;
  const details = new Map<string, Detail>();
  for (const { blob } of artifacts) {
    for (const whole of (JSON.parse(blob) as { job_details: Detail[] }).job_details) {
      const detail = cut(whole);
      const key = JSON.stringify([detail.title, detail.value, detail.url]);
      if (!details.has(key)) details.set(key, detail);
    }
  }
  return { name: JOB_INFO, type: "json", blob: JSON.stringify({ job_details: [...details.values()] }) };
}

/** Truncates the texts of a detail. A member that is absent stays absent. */
function cut(detail: Detail): Detail {
  const cuts: Record<string, string> = {};
  for (const name of ["title", "value", "url"] as const) {
    const text = detail[name];
    if (typeof text === "string") cuts[name] = detailText(text);
  }
  return { ...detail, ...cuts };
}
