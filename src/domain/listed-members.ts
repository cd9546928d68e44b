import type { StoredJob } from "./stored-job.ts";

/** The members of a job that lists show or filter by. */
export const listedMembers = [
  ...(["rest_id", "job_guid", "signature", "result_set", "state", "result", "tier"] as const),
  ...(["name", "job_symbol", "group_name", "group_symbol", "reference_data_name"] as const),
  ...(["build_platform", "machine_platform", "machine", "options", "option_collection_hash"] as const),
  ...(["who", "reason", "build_system_type", "failure_classification_id", "running_eta"] as const),
  ...(["submit_timestamp", "start_timestamp", "end_timestamp", "last_modified"] as const),
] satisfies readonly (keyof StoredJob)[];

export type ListedMember = (typeof listedMembers)[number];
