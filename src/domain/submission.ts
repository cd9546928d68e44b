/**
 * The common form of all jobs: one item of a job collection, as REST clients submit it. Pulse messages are normalised to it. Field
 * names are the publishers'.
 */
export interface JobSubmission {
  readonly project: string;
  readonly revision?: string;
  readonly revision_hash?: string;
  /** The guids of the jobs that were coalesced into this one. */
  readonly coalesced: readonly string[];
  readonly job: SubmittedJob;
}

export interface Platform {
  readonly os_name?: string | null;
  readonly platform?: string | null;
  readonly architecture?: string | null;
}

export interface SubmittedJob {
  readonly job_guid: string;
  readonly name?: string | null;
  readonly job_symbol?: string | null;
  readonly group_name?: string | null;
  readonly group_symbol?: string | null;
  readonly product_name?: string | null;
  readonly state?: string | null;
  readonly result?: string | null;
  readonly reason?: string | null;
  readonly who?: string | null;
  readonly build_system_type?: string | null;
  readonly tier?: number | null;
  readonly machine?: string | null;
  readonly build_platform?: Platform | null;
  readonly machine_platform?: Platform | null;
  /** Only the keys are used. */
  readonly option_collection?: Readonly<Record<string, unknown>> | null;
  readonly reference_data_name?: string | null;
  /** Seconds since the Unix epoch. */
  readonly submit_timestamp?: number | string | null;
  readonly start_timestamp?: number | string | null;
  readonly end_timestamp?: number | string | null;
  /** The same as `coalesced` beside the job; publishers use either place. */
  readonly coalesced?: readonly string[];
  readonly log_references?: readonly SubmittedLog[];
  /** Unvalidated data. An element that cannot be used is refused individually, and the job is still accepted. */
  readonly artifacts?: readonly unknown[];
}

export interface SubmittedLog {
  readonly name?: string | null;
  readonly url?: string | null;
  readonly parse_status?: string | null;
}

/** A part of an accepted job that could not be used. It is recorded on the job, where the publisher can see it. */
export interface Refusal {
  /** The name of the part, such as `artifact "foo"`, `log "live"` or `job detail 2`. */
  readonly what: string;
  readonly reason: string;
}

/** A hint for the sender of an accepted item that is stored as it was sent. */
export interface Warning {
  /** The part that the hint is about, such as `artifact "text_log_summary"`. */
  readonly what: string;
  readonly reason: string;
}

export type ParseStatus = "pending" | "parsed" | "failed";

export interface LogReference {
  readonly name: string;
  readonly url: string;
  readonly parse_status: ParseStatus;
}

/** A named piece of data about a job, ready to be stored. */
export interface Artifact {
  readonly name: string;
  readonly type: string;
  /** The serialised JSON value if the type is `json`, otherwise the text that was sent. */
  readonly blob: string;
}

/** A submission after defaults, length limits and derived values have been applied. Its fields are stored in this form. */
export interface PreparedSubmission {
  readonly project: string;
  readonly revision: string | null;
  readonly revision_hash: string | null;
  readonly coalesced: readonly string[];
  readonly job: PreparedJob;
  readonly logs: readonly LogReference[];
  readonly artifacts: readonly Artifact[];
  readonly refused: readonly Refusal[];
  /** The `logname` of the `text_log_summary` in this submission. That log is already parsed, even if it was stored as pending before. */
  readonly summary_of: string | null;
  /** The blob of a `text_log_summary` from which `Bug suggestions` must be made, because it arrived without them. */
  readonly suggestions_for: string | null;
}

export interface StoredPlatform {
  readonly os_name: string;
  readonly platform: string;
  readonly architecture: string;
}

export interface PreparedJob {
  readonly job_guid: string;
  readonly state: string;
  readonly result: string | null;
  readonly name: string;
  readonly job_symbol: string;
  readonly group_name: string;
  readonly group_symbol: string;
  readonly product_name: string;
  readonly who: string;
  readonly reason: string;
  readonly machine: string;
  readonly build_system_type: string;
  readonly build_platform: StoredPlatform;
  readonly machine_platform: StoredPlatform;
  /** The option names, sorted by code point. */
  readonly options: readonly string[];
  readonly option_collection_hash: string;
  readonly signature: string;
  readonly reference_data_name: string;
  readonly tier: number;
  /** Seconds since the Unix epoch; 0 if unknown. */
  readonly submit_timestamp: number;
  readonly start_timestamp: number;
  readonly end_timestamp: number;
}
