import { JOB_INFO } from "../../domain/ids.ts";
import type { AcceptedJob } from "../../judge/verdict.ts";
import type { CheckPreview } from "../../web/publish/check-view.ts";
import { jobInfoEntries } from "../job/job-info.ts";

/** Describes how an accepted job would be shown: its place in the grid, and its Job Info. Pure. */
export function previewOf({ submission }: AcceptedJob): CheckPreview {
  const { project, revision, revision_hash, job, logs, artifacts, refused } = submission;
  const artifact = (name: string) => artifacts.find((each) => each.name === name) ?? null;
  return {
    ...{ project, push: revision ?? revision_hash ?? "", guid: job.job_guid },
    ...{ state: job.state, result: job.result, tier: job.tier },
    ...{ platform: job.machine_platform.platform, options: job.options },
    ...{ group_symbol: job.group_symbol, group_name: job.group_name },
    ...{ symbol: job.job_symbol, name: job.name },
    details: jobInfoEntries(artifact(JOB_INFO), artifact("buildapi")).entries,
    logs: logs.map(({ name, url }) => ({ name, url })),
    refused,
  };
}
