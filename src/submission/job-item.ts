import { ok, type Result, refuse } from "../domain/faults.ts";
import { jobGuid } from "../domain/job-guid.ts";
import type { JobSubmission, SubmittedJob, Warning } from "../domain/submission.ts";
import type { JobItem } from "../validate/item-types.ts";
import { type JobLimits, tooManyLabels } from "./job-limits.ts";
import { postedSeconds } from "./posted-seconds.ts";

/** Members that are copied unchanged. */
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

/** The result of reading a posted job. */
export interface ReadJobItem {
  readonly submission: JobSubmission;
  readonly warnings: readonly Warning[];
}

/**
 * Converts an item of a job collection to a submission. Pure. Some values may have other types than in the submission if their meaning
 * is clear: numbers as text, options as a list of names, and null or an empty text for an absent value.
 *
 * @param item - fits `schemas/job-item.yml`. Members that are not in the schema are ignored.
 * @param project - the project in the URL. The item's own project is ignored.
 * @param artifacts - the item's artifacts, with numbers as the client wrote them.
 * @returns the submission, with a warning for each time that cannot be read and is stored as 0. The fault is `unusable-field` for an
 *   item that has neither a revision nor a revision hash, or that has too many options.
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

/** Returns the members with these names, as far as the job has them. */
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

/** Returns the names of the options. Lone surrogates are replaced, because they cannot be stored; in values that is already done. */
function optionNames(given: JobItem["job"]["option_collection"] = {}): readonly string[] {
  const names = Array.isArray(given) ? given : Object.keys(given);
  return names.map((name) => name.toWellFormed());
}

function toOptions(names: readonly string[]): Readonly<Record<string, true>> {
  // The object has no prototype, so that the name `__proto__` is an ordinary key.
  const options: Record<string, true> = Object.create(null);
  for (const name of names) options[name] = true;
  return options;
}

function guids(given: readonly string[] | null | undefined): readonly string[] {
  return (given ?? []).filter((guid) => guid !== "").map(jobGuid);
}
