import * as z from "zod";
import { JOB_INFO } from "../../domain/ids.ts";
import type { AcceptedJob } from "../../judge/verdict.ts";
import type { CheckPreview, PreviewDetail } from "../../web/publish/check-view.ts";

const detail = z.object({
  title: z.string().nullable().catch(null),
  value: z.unknown().transform(asText),
  url: z.string().nullable().catch(null),
  content_type: z.string().nullable().catch(null),
});
const blob = z.object({ job_details: z.array(z.unknown()) });

/** Describes how an accepted job would show: its place in the grid, and its Job Info. Pure. */
export function previewOf({ submission }: AcceptedJob): CheckPreview {
  const { project, revision, revision_hash, job, logs, artifacts, refused } = submission;
  return {
    ...{ project, push: revision ?? revision_hash ?? "", guid: job.job_guid },
    ...{ state: job.state, result: job.result, tier: job.tier },
    ...{ platform: job.machine_platform.platform, options: job.options },
    ...{ group_symbol: job.group_symbol, group_name: job.group_name },
    ...{ symbol: job.job_symbol, name: job.name },
    details: artifacts
      .filter(({ name }) => name === JOB_INFO)
      .flatMap((artifact) => detailsOf(artifact.blob)),
    logs: logs.map(({ name, url }) => ({ name, url })),
    refused,
  };
}

function detailsOf(text: string): readonly PreviewDetail[] {
  const parsed = blob.safeParse(JSON.parse(text));
  if (!parsed.success) return [];
  return parsed.data.job_details.flatMap((each) => {
    const read = detail.safeParse(each);
    return read.success ? [read.data] : [];
  });
}

function asText(value: unknown): string {
  return typeof value === "string"
    ? value
    : value === undefined || value === null
      ? ""
      : JSON.stringify(value);
}
