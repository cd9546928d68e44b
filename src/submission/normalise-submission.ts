import { ok, type Result, refuse } from "../domain/faults.ts";
import { jobGuid } from "../domain/job-guid.ts";
import { logName } from "../domain/log-name.ts";
import { needsSuggestions, parseStatus } from "../domain/log-plan.ts";
import { byCodePoint, jobSignature, optionCollectionHash } from "../domain/signature.ts";
import type {
  JobSubmission,
  LogReference,
  Platform,
  PreparedJob,
  PreparedSubmission,
  Refusal,
  StoredPlatform,
  SubmittedJob,
} from "../domain/submission.ts";
import { firstCharacters, isLongerThan } from "../domain/text/characters.ts";
import type { TierOverrides } from "../domain/tiers.ts";
import { beyondLimit, firstRefusals } from "../normalise/first-refusals.ts";
import { type JobLimits, tooManyLabels } from "./job-limits.ts";
import { logNameOf, prepareArtifacts } from "./prepare-artifacts.ts";

/** The maximum lengths of fields, in characters. A job with a longer value is rejected. */
const limits = [
  { name: "result", most: 25 },
  // The same limit as in the schema, so that no message that fits the schema is rejected for its length.
  { name: "product_name", most: 125 },
  { name: "machine", most: 100 },
  { name: "name", most: 100 },
  // The schema allows 25 characters, to which the digits of the chunk are added.
  { name: "job_symbol", most: 50 },
  { name: "group_name", most: 100 },
  { name: "group_symbol", most: 25 },
  { name: "build_system_type", most: 25 },
] as const satisfies readonly { readonly name: keyof PreparedJob; readonly most: number }[];
const MAX_OPTION = 100;
const MAX_REVISION = 50;
const platformLimits = [
  { part: "os_name", most: 25 },
  { part: "platform", most: 100 },
  { part: "architecture", most: 25 },
] as const satisfies readonly { readonly part: keyof StoredPlatform; readonly most: number }[];

/** Fields that get a default if they are absent. A job with null in one of these fields is rejected. */
const neverNull = ["product_name", "machine", "option_collection"] as const;
const platforms = ["build_platform", "machine_platform"] as const;

export interface SubmissionRules {
  readonly tiers: TierOverrides;
  /** Parts beyond a limit are refused and listed on the job. Too many labels reject the job, because its signature needs all of them. */
  readonly jobLimits: JobLimits;
}

/**
 * Applies defaults, length limits and derived values to a submission, from Pulse and REST alike. Pure.
 *
 * @param refused - parts of the submission that have already been left out.
 * @returns fault `unusable-field` for a job without a guid, for null instead of a text, for a text that is too long, and for too
 *   many labels.
 */
export function normaliseSubmission(
  submission: JobSubmission,
  { tiers, jobLimits }: SubmissionRules,
  refused: readonly Refusal[] = [],
): Result<PreparedSubmission> {
  const { project, revision, revision_hash, coalesced, job } = submission;
  if (!job.job_guid) return unusable("job_guid", "must not be empty");
  // Pushes are indexed by both values, and an index limits the length of its keys.
  if (isLongerThan(revision ?? "", MAX_REVISION)) return overlong("/revision", MAX_REVISION);
  if (isLongerThan(revision_hash ?? "", MAX_REVISION)) return overlong("/revision_hash", MAX_REVISION);
  const nothing = nullMember(job);
  if (nothing !== null) return unusable(nothing, "must not be null");
  const tooMany = tooManyLabels(Object.keys(job.option_collection ?? {}), jobLimits);
  if (tooMany !== null) return refuse(tooMany);
  const prepared = prepareJob(project, job, tiers);
  const tooLong = overlongMember(prepared);
  if (tooLong !== null) return overlong(...tooLong);

  const { artifacts, refused: refusedArtifacts } = prepareArtifacts(
    job.artifacts ?? [],
    jobLimits,
    prepared.job_guid,
  );
  const summary = artifacts.find(({ name }) => name === "text_log_summary");
  const along = {
    hasSummary: summary !== undefined,
    summaryLogName: summary === undefined ? null : logNameOf(summary.blob),
    hasSuggestions: artifacts.some(({ name }) => name === "Bug suggestions"),
  };
  const logReferences = job.log_references ?? [];
  const logs = logReferences.slice(0, jobLimits.logs).map((log): LogReference => {
    const name = logName(log.name || "unknown");
    return {
      name,
      url: firstCharacters(log.url || "unknown", 255),
      parse_status: parseStatus(name, log.parse_status, along),
    };
  });
  // Publishers put the list either beside the job or into it.
  const allCoalesced = job.coalesced === undefined ? coalesced : [...coalesced, ...job.coalesced];
  const allRefused = [
    ...beyondLimit(logReferences.length - jobLimits.logs, {
      what: "logs",
      most: jobLimits.logs,
      setting: "MAX_LOGS_PER_JOB",
    }),
    ...beyondLimit(allCoalesced.length - jobLimits.coalesced, {
      what: "coalesced jobs",
      most: jobLimits.coalesced,
      setting: "MAX_COALESCED_PER_JOB",
    }),
    ...refused,
    ...refusedArtifacts,
  ];
  return ok({
    project,
    revision: revision || null,
    revision_hash: revision_hash || null,
    coalesced: allCoalesced.slice(0, jobLimits.coalesced),
    job: prepared,
    logs,
    artifacts,
    refused: firstRefusals(allRefused),
    summary_of: along.summaryLogName,
    suggestions_for: summary !== undefined && needsSuggestions(along) ? summary.blob : null,
  });
}

function prepareJob(project: string, job: SubmittedJob, tiers: TierOverrides): PreparedJob {
  const options = Object.keys(job.option_collection ?? {}).sort(byCodePoint);
  const option_collection_hash = optionCollectionHash(options);
  const parts = {
    project,
    build_system_type: job.build_system_type ?? "buildbot",
    build_platform: toPlatform(job.build_platform),
    machine_platform: toPlatform(job.machine_platform),
    group_name: job.group_name || "unknown",
    group_symbol: job.group_symbol || "unknown",
    name: job.name || "unknown",
    job_symbol: job.job_symbol || "unknown",
    option_collection_hash,
  };
  const signature = jobSignature(parts, job.reference_data_name ?? null);
  return {
    job_guid: jobGuid(job.job_guid),
    state: firstCharacters(job.state || "unknown", 25),
    result: job.result === undefined ? "unknown" : job.result,
    name: parts.name,
    job_symbol: parts.job_symbol,
    group_name: parts.group_name,
    group_symbol: parts.group_symbol,
    product_name: job.product_name?.trim() ? job.product_name : "unknown",
    who: firstCharacters(job.who || "unknown", 50),
    reason: firstCharacters(job.reason || "unknown", 125),
    machine: job.machine ?? "unknown",
    build_system_type: parts.build_system_type,
    build_platform: parts.build_platform,
    machine_platform: parts.machine_platform,
    options,
    option_collection_hash,
    signature,
    reference_data_name: job.reference_data_name || signature,
    tier: tiers.get(project)?.get(signature) ?? (job.tier || 1),
    submit_timestamp: wholeSeconds(job.submit_timestamp),
    start_timestamp: wholeSeconds(job.start_timestamp),
    end_timestamp: wholeSeconds(job.end_timestamp),
  };
}

function toPlatform(given: Platform | null | undefined): StoredPlatform {
  const { os_name, platform, architecture } = given ?? {};
  return {
    os_name: os_name ?? "unknown",
    platform: platform ?? "unknown",
    architecture: architecture ?? "unknown",
  };
}

/** Returns a number without its fraction, or the value of a string of digits. Returns 0 for anything else. */
function wholeSeconds(value: number | string | null | undefined): number {
  if (typeof value === "number") return Number.isFinite(value) ? Math.trunc(value) : 0;
  return typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : 0;
}

/** Returns the path of the first member that must not be null but is, or null if there is none. */
function nullMember(job: SubmittedJob): string | null {
  const member = neverNull.find((name) => job[name] === null);
  if (member !== undefined) return member;
  for (const name of platforms) {
    const platform = job[name];
    if (platform === null) return name;
    const part = platformLimits.find(({ part }) => platform?.[part] === null)?.part;
    if (part !== undefined) return `${name}/${part}`;
  }
  return null;
}

/** Returns the pointer to the first member that is too long, with its limit in characters, or null if there is none. */
function overlongMember(job: PreparedJob): [pointer: string, limit: number] | null {
  for (const { name, most } of limits) {
    if (isLongerThan(job[name] ?? "", most)) return [`/job/${name}`, most];
  }
  for (const name of platforms) {
    for (const { part, most } of platformLimits) {
      if (isLongerThan(job[name][part], most)) return [`/job/${name}/${part}`, most];
    }
  }
  const isTooLong = job.options.some((name) => isLongerThan(name, MAX_OPTION));
  return isTooLong ? ["/job/option_collection", MAX_OPTION] : null;
}

function overlong(pointer: string, limit: number): ReturnType<typeof refuse> {
  return refuse({ reason: "unusable-field", pointer, detail: `is longer than ${limit} characters` });
}

function unusable(path: string, detail: string): ReturnType<typeof refuse> {
  return refuse({ reason: "unusable-field", pointer: `/job/${path}`, detail });
}
