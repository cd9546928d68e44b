/**
 * The types of the items that a publisher posts. The names of members are the same as in the REST API. The types include the
 * variants that the server accepts because publishers use them, such as a tier as text. Members are writable, because publishers
 * build their data step by step.
 */

/** An item of the collection `jobs`. It needs a `revision` or a `revision_hash`. */
export interface PostedJob {
  /** Ignored by the server, which uses the project in the URL. */
  project?: string | null;
  /** The push's top revision: 40 characters, or their first 12. */
  revision?: string | null;
  revision_hash?: string | null;
  /** Guids of the jobs that were coalesced into this one. */
  coalesced?: string[] | null;
  job: PostedJobFields;
}

export interface PostedJobFields {
  /** Identifies the job in its project: up to 50 characters. */
  job_guid: string;
  name?: string | null;
  /** Ignored by the server. */
  desc?: string | null;
  job_symbol?: string | null;
  group_name?: string | null;
  group_symbol?: string | null;
  product_name?: string | null;
  state?: string | null;
  result?: string | null;
  reason?: string | null;
  who?: string | null;
  /** Default: `buildbot`. */
  build_system_type?: string | null;
  reference_data_name?: string | null;
  tier?: number | string | null;
  machine?: string | null;
  build_platform?: PostedPlatform | null;
  machine_platform?: PostedPlatform | null;
  /** Only the names count: `{ opt: true }`, or `["opt"]`. */
  option_collection?: Record<string, unknown> | string[] | null;
  /** Seconds since the Unix epoch; text of digits is read as a number. */
  submit_timestamp?: number | string | null;
  start_timestamp?: number | string | null;
  end_timestamp?: number | string | null;
  log_references?: PostedLog[] | null;
  artifacts?: PostedJobArtifact[] | null;
  /** The same as `coalesced` beside the job. */
  coalesced?: string[] | null;
}

export interface PostedPlatform {
  os_name?: string | null;
  platform?: string | null;
  architecture?: string | null;
}

export interface PostedLog {
  name?: string | null;
  url?: string | null;
  /** `pending` (the default), `parsed` or `failed`; any other word counts as `pending`. */
  parse_status?: string | null;
}

/** An artifact inside its job, which may leave out the guid. */
export interface PostedJobArtifact {
  name: string;
  /** `json`, or any other word for text. */
  type: string;
  /** Any JSON value for type `json`, or its text; otherwise text. */
  blob: unknown;
  job_guid?: string | null;
}

/** An item of the collection `artifact`. */
export interface PostedArtifact {
  name: string;
  type: string;
  blob: unknown;
  /** The guid of a job that the project has; null only until it is set. */
  job_guid: string | null;
}

/** An item of the collection `resultset`: one push. */
export interface PostedResultSet {
  /** The top revision. If it is missing, the server uses the last of `revisions`. */
  revision?: string | null;
  revision_hash?: string | null;
  /** If it is missing, the server stores `unknown@somewhere.com`. */
  author?: string | null;
  /** Seconds since the Unix epoch, perhaps with a fraction; null only until it is set. */
  push_timestamp: number | string | null;
  /** `active` (the default), `onhold` or `deleted`. */
  active_status?: string | null;
  /** The oldest revision first. */
  revisions: PostedRevision[];
  /** Ignored by the server. */
  type?: string | null;
  /** Ignored by the server. */
  artifacts?: PostedJobArtifact[];
}

export interface PostedRevision {
  revision: string;
  author: string;
  comment?: string | null;
  repository: string;
}

/** The last part of a collection's path. */
export type CollectionEndpoint = "jobs" | "resultset" | "artifact";
