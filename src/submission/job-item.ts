import { ok, type Result, refuse } from "../domain/faults.ts";
import { jobGuid } from "../domain/job-guid.ts";
import type { JobSubmission, SubmittedJob, Warning } from "../domain/submission.ts";
import type { JobItem } from "../validate/item-types.ts";
import { type JobLimits, tooManyLabels } from "./job-limits.ts";
import { postedSeconds } from "./posted-seconds.ts";

/** Members that are taken as they are. */
const texts = [
  "name",
  "job_symbol",
  "group_name",
  "group_symbol",
  "product_name",
  "state",
  "result",
  "reason",
  "who",
  "build_system_type",
  "reference_data_name",
  "machine",
] as const;
const platforms = ["build_platform", "machine_platform"] as const;
const times = ["submit_timestamp", "start_timestamp", "end_timestamp"] as const;

/** A posted job as a submission. */
export interface ReadJobItem {
  readonly submission: JobSubmission;
  readonly warnings: readonly Warning[];
}

/**
 * Returns an item of a job collection as a submission. Pure. Clients send some values in other types than the submission has, where
 * the meaning is plain: numbers as text, options as a list of names, null or an empty text for nothing.
 *
 * @param item - fits `schemas/job-item.yml`. Members that the schema does not name are ignored.
 * @param project - from the URL; the item's own is ignored.
 * @param artifacts - the item's artifacts with their numbers as they were written.
 * @returns the submission, with a warning for each time that cannot be read and is stored as 0. Fault `unusable-field` for an item
 *   without revision and revision hash, and for too many options.
 */
export function readJobItem(
  item: JobItem,
  project: string,
  artifacts: readonly unknown[],
  limits: Pick<JobLimits, "labels">,
): Result<ReadJobItem> {
  const { revision, revision_hash, job } = item;
  if (!revision && !revision_hash) {
    const detail =
      "is missing: give the revision of the job's push, or the revision_hash that the push was submitted with";
    return refuse({ reason: "unusable-field", pointer: "/revision", detail });
  }
  const options = optionNames(job.option_collection);
  const tooMany = tooManyLabels(options, limits);
  if (tooMany !== null) return refuse(tooMany);

  const warnings: Warning[] = [];
  const timestamps: { [name in (typeof times)[number]]?: number } = {};
  for (const name of times) {
    const seconds = postedSeconds(job[name]);
    if (seconds === null)
      warnings.push({ what: name, reason: "is not a time in whole seconds; 0 is stored" });
    timestamps[name] = seconds ?? 0;
  }
  const submitted: SubmittedJob = {
    job_guid: jobGuid(job.job_guid),
    ...membersOf(job, texts),
    ...membersOf(job, platforms),
    tier: Number(job.tier ?? 0),
    option_collection: toOptions(options),
    ...timestamps,
    coalesced: guids(job.coalesced),
    log_references: job.log_references ?? [],
    artifacts,
  };
  const submission = {
    project,
    ...(revision ? { revision } : {}),
    ...(revision_hash ? { revision_hash } : {}),
    coalesced: guids(item.coalesced),
    job: submitted,
  };
  return ok({ submission, warnings });
}

/** Returns the members of these names that the job has. */
function membersOf<Name extends keyof JobItem["job"]>(
  job: JobItem["job"],
  names: readonly Name[],
): Partial<Pick<JobItem["job"], Name>> {
  const members: Partial<Pick<JobItem["job"], Name>> = {};
  for (const name of names) {
    if (job[name] !== undefined) members[name] = job[name];
  }
  return members;
}

/** The names are made well-formed, because a lone surrogate cannot be stored. In values that has been done already. */
function optionNames(given: JobItem["job"]["option_collection"] = {}): readonly string[] {
  const names = Array.isArray(given) ? given : Object.keys(given);
  return names.map((name) => name.toWellFormed());
}

function toOptions(names: readonly string[]): Readonly<Record<string, true>> {
  // Without a prototype, the name `__proto__` is an ordinary key.
  const options: Record<string, true> = Object.create(null);
  for (const name of names) options[name] = true;
  return options;
}

function guids(given: readonly string[] | null | undefined): readonly string[] {
  return (given ?? []).filter((guid) => guid !== "").map(jobGuid);
}
