import { BUG_SUGGESTIONS, JOB_INFO } from "../../domain/ids.ts";
import { isParsedHere } from "../../domain/log-plan.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { Artifact } from "../../domain/submission.ts";
import { blankTexts } from "../../domain/text/blank-texts.ts";
import type { ExplainedJob } from "../../store/ports/job-reads.ts";
import type { StoredLog } from "../../store/ports/log-store.ts";
import type { Store } from "../../store/ports/store.ts";
import { progressStatuses } from "../../web/job-status.ts";
import type { JobFacts, LogOfJob, ShownJob } from "../../web/shown-job.ts";
import { explanationOf } from "../explanation.ts";
import { artifactText, makersInWords } from "./artifact-texts.ts";
import { failureSummary } from "./failure-summary.ts";
import { jobHistory, MAX_REJECTIONS } from "./job-history.ts";
import { jobInfoEntries } from "./job-info.ts";
import { performanceRows } from "./performance-rows.ts";
import { readSummary } from "./read-summary.ts";
import { similarJobs, typicalSeconds } from "./similar-jobs.ts";

/** The artifacts that tabs are made from. They are shown however many other artifacts a job has. */
const USED = [JOB_INFO, BUG_SUGGESTIONS, "text_log_summary", "performance_data", "buildapi"];
/** How many artifacts are shown as text. A job seldom has more than five. */
const MAX_SHOWN = 20;

/** A job, or the other jobs of the same task. */
export type FoundJob =
  | { readonly shown: ShownJob }
  /** The guids of other runs, or the guid in another form. */
  | { readonly shown: null; readonly runs: readonly string[] };

export interface ReadOptions {
  /** The address of a bug's page in the bug tracker, up to the bug's number. */
  readonly bugAddress: string;
  /** Whether jobs of the same kind are read too. */
  readonly withSimilar: boolean;
  readonly nowMs: number;
}

type JobStore = Pick<
  Store,
  "name" | "findJobsByGuid" | "findArtifact" | "listRejectionHeads" | "listOnlyCounted" | "listSimilarJobs"
>;

/** Returns everything that is shown of a job. */
export async function readJob(
  store: JobStore,
  { project, guid }: { readonly project: string; readonly guid: string },
  { bugAddress, withSimilar, nowMs }: ReadOptions,
): Promise<FoundJob> {
  const { jobs, rejections } = await explanationOf(store, guid, project, MAX_REJECTIONS + 1);
  // The lookup by task id also finds other runs, and guids that are other forms of the same id.
  const found = jobs.find(({ job }) => job.job_guid === guid);
  if (found === undefined) return { shown: null, runs: jobs.map(({ job }) => job.job_guid) };
  const isInProgress = progressStatuses.includes(found.job.state);
  const [artifacts, similar] = await Promise.all([
    readArtifacts(store, found),
    withSimilar || isInProgress ? similarJobs(store, found.job) : null,
  ]);
  const artifactOf = (name: string): Artifact | null => artifacts.get(name) ?? null;
  const { job, logs } = found;
  const info = jobInfoEntries(artifactOf(JOB_INFO), artifactOf("buildapi"));
  const shown = {
    ...blankTexts({
      push: pushOf(found),
      coalesced_to: found.coalesced_to,
      details: info.entries,
      has_more_details: info.isCut,
      failures: failureSummary(
        artifactOf(BUG_SUGGESTIONS),
        readSummary(artifactOf("text_log_summary")),
        logs,
      ),
      performance: performanceRows(artifactOf("performance_data")),
      logs: logs.map(logOfJob),
      history: jobHistory(found, rejections),
      data: found.artifacts.flatMap((each) => {
        const artifact = artifacts.get(each.name);
        return artifact === undefined ? [] : [artifactText(artifact, makersInWords(each))];
      }),
      similar: withSimilar ? similar : null,
    }),
    typical_seconds: isInProgress && similar !== null ? typicalSeconds(similar) : null,
    // These names are not blanked, because links to other pages contain them.
    job: jobFacts(job),
    bug_address: bugAddress,
    read_at: new Date(nowMs).toISOString(),
  };
  return { shown };
}

function pushOf({ result_set }: ExplainedJob): ShownJob["push"] {
  if (result_set === null) return null;
  const { revision, author, push_timestamp } = result_set;
  return { revision, author, push_timestamp };
}

async function readArtifacts(
  store: Pick<Store, "findArtifact">,
  { job, artifacts }: ExplainedJob,
): Promise<ReadonlyMap<string, Artifact>> {
  const names = artifacts.map(({ name }) => name);
  const shown = [...USED.filter((name) => names.includes(name)), ...names].slice(0, MAX_SHOWN);
  const found = await Promise.all(
    [...new Set(shown)].map((name) => store.findArtifact(job.project, job.job_guid, name)),
  );
  return new Map(found.filter((artifact) => artifact !== null).map((artifact) => [artifact.name, artifact]));
}

function jobFacts({ refused, transitions, write_id, rest_id, last_modified, ...facts }: StoredJob): JobFacts {
  return facts;
}

function logOfJob({ name, url, parse_status, attempts, next_attempt_at, failure }: StoredLog): LogOfJob {
  return { name, url, parse_status, attempts, next_attempt_at, failure, is_read_here: isParsedHere(name) };
}
