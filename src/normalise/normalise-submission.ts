import { needsSuggestions, parseStatus } from "../artifacts/plan.ts";
import { type Fault, ok, type Result, refuse } from "../domain/faults.ts";
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
import type { TierOverrides } from "../domain/tiers.ts";
import { logNameOf, prepareArtifacts } from "./prepare-artifacts.ts";

/** The longest value of each field that is kept whole; a longer one costs the job. */
const limits = {
  product_name: 100,
  machine: 100,
  name: 100,
  job_symbol: 50,
  group_name: 100,
  group_symbol: 25,
  build_system_type: 25,
} as const satisfies Partial<Record<keyof PreparedJob, number>>;

/**
 * The submission with defaults, cuts and derived values applied, for Pulse and REST alike. Pure.
 *
 * @param refused - what of it was left out before.
 * @returns fault `unusable-field` for a job without a guid, a null where text is needed, or a text that is too long.
 */
export function normaliseSubmission(
  submission: JobSubmission,
  tiers: TierOverrides,
  refused: readonly Refusal[] = [],
): Result<PreparedSubmission> {
  const { project, revision, revision_hash, coalesced, job } = submission;
  if (!job.job_guid) return unusable("job_guid", "must not be empty");
  const prepared = prepareJob(project, job, tiers);
  const problem = tooLong(prepared) ?? nullWhereText(job);
  if (problem !== null) return refuse(problem);

  const { artifacts, refused: refusedArtifacts } = prepareArtifacts(job.artifacts ?? []);
  const summary = artifacts.find(({ name }) => name === "text_log_summary");
  const along = {
    hasSummary: summary !== undefined,
    summaryLogName: summary === undefined ? null : logNameOf(summary.blob),
    hasSuggestions: artifacts.some(({ name }) => name === "Bug suggestions"),
  };
  const logs = (job.log_references ?? []).map((log): LogReference => {
    const name = cut(log.name || "unknown", 50);
    return {
      name,
      url: cut(log.url || "unknown", 255),
      parse_status: parseStatus(name, log.parse_status, along),
    };
  });
  return ok({
    project,
    revision: revision || null,
    revision_hash: revision_hash || null,
    coalesced,
    job: prepared,
    logs,
    artifacts,
    refused: refused.length === 0 ? refusedArtifacts : [...refused, ...refusedArtifacts],
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
    job_guid: cut(job.job_guid, 50),
    state: cut(job.state || "unknown", 25),
    result: job.result === undefined ? "unknown" : job.result,
    name: parts.name,
    job_symbol: parts.job_symbol,
    group_name: parts.group_name,
    group_symbol: parts.group_symbol,
    product_name: job.product_name?.trim() ? job.product_name : "unknown",
    who: cut(job.who || "unknown", 50),
    reason: cut(job.reason || "unknown", 125),
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

function toPlatform({
  os_name = "unknown",
  platform = "unknown",
  architecture = "unknown",
}: Platform = {}): StoredPlatform {
  return { os_name, platform, architecture };
}

/** Integers and strings of digits are taken, a fraction is cut off, anything else is 0. */
function wholeSeconds(value: number | string | null | undefined): number {
  if (typeof value === "number") return Number.isFinite(value) ? Math.trunc(value) : 0;
  return typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : 0;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : [...text].slice(0, length).join("");
}

function tooLong(job: PreparedJob): Fault | null {
  for (const [field, limit] of Object.entries(limits)) {
    const value = job[field as keyof typeof limits];
    if (value.length > limit && [...value].length > limit) {
      return {
        reason: "unusable-field",
        pointer: `/job/${field}`,
        detail: `is longer than ${limit} characters`,
      };
    }
  }
  return null;
}

function nullWhereText(job: SubmittedJob): Fault | null {
  const field = (["product_name", "machine"] as const).find((name) => job[name] === null);
  return field === undefined
    ? null
    : { reason: "unusable-field", pointer: `/job/${field}`, detail: "must not be null" };
}

function unusable(field: string, detail: string): ReturnType<typeof refuse> {
  return refuse({ reason: "unusable-field", pointer: `/job/${field}`, detail });
}
