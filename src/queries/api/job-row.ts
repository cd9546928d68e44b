import { taskIdForms } from "../../domain/task-id-forms.ts";
import type { ListedJob } from "../../store/ports/api-reads.ts";
import type { Fields } from "./conditions.ts";
import type { NameNumber } from "./name-numbers.ts";

/** A job as the read API shows it. */
export interface JobRow {
  readonly id: number;
  readonly job_guid: string;
  readonly signature: string;
  readonly job_coalesced_to_guid: string | null;
  readonly build_platform_id: number;
  readonly option_collection_hash: string;
  /** The names of the options, joined with a space. */
  readonly platform_option: string;
  readonly failure_classification_id: number;
  readonly machine_name: string;
  /** The platform of the machine. */
  readonly platform: string;
  readonly machine_platform_os: string;
  readonly machine_platform_architecture: string;
  readonly build_platform: string;
  readonly build_os: string;
  readonly build_architecture: string;
  readonly job_type_id: number;
  readonly job_type_name: string;
  readonly job_type_symbol: string;
  readonly job_type_description: string;
  readonly job_group_id: number;
  readonly job_group_name: string;
  readonly job_group_symbol: string;
  readonly job_group_description: string;
  readonly who: string;
  /** Null if the push no longer exists. */
  readonly result_set_id: number | null;
  readonly result: string | null;
  readonly state: string;
  readonly reason: string;
  /** Seconds since the Unix epoch; 0 if unknown. The same holds for the next two. */
  readonly submit_timestamp: number;
  readonly start_timestamp: number;
  readonly end_timestamp: number;
  readonly running_eta: number;
  readonly last_modified: string;
  readonly tier: number;
  readonly ref_data_name: string;
  readonly build_system_type: string;
}

/** A job as today's list of all projects shows it. */
export interface TodaysJobRow extends JobRow {
  readonly push_id: number | null;
  readonly push_revision: string | null;
  /** The task id; a slug if it is a task id of Taskcluster. */
  readonly task_id: string;
  readonly retry_id: number;
  /** Whole minutes. */
  readonly duration: number;
}

/** The field names of a row, in the order in which `return_type=list` gives the values. */
export const jobPropertyNames = [
  ...([
    "id",
    "job_guid",
    "signature",
    "job_coalesced_to_guid",
    "build_platform_id",
    "option_collection_hash",
  ] as const),
  ...([
    "platform_option",
    "failure_classification_id",
    "machine_name",
    "platform",
    "machine_platform_os",
  ] as const),
  ...([
    "machine_platform_architecture",
    "build_platform",
    "build_os",
    "build_architecture",
    "job_type_id",
  ] as const),
  ...([
    "job_type_name",
    "job_type_symbol",
    "job_type_description",
    "job_group_id",
    "job_group_name",
  ] as const),
  ...([
    "job_group_symbol",
    "job_group_description",
    "who",
    "result_set_id",
    "result",
    "state",
    "reason",
  ] as const),
  ...([
    "submit_timestamp",
    "start_timestamp",
    "end_timestamp",
    "running_eta",
    "last_modified",
    "tier",
  ] as const),
  ...(["ref_data_name", "build_system_type"] as const),
] satisfies readonly (keyof JobRow)[];

export const todaysPropertyNames = [
  ...jobPropertyNames,
  ...(["push_id", "push_revision", "task_id", "retry_id", "duration"] as const),
] satisfies readonly (keyof TodaysJobRow)[];

const numbers: ReadonlySet<string> = new Set<keyof TodaysJobRow>([
  ...(["id", "build_platform_id", "failure_classification_id", "job_type_id", "job_group_id"] as const),
  ...([
    "result_set_id",
    "submit_timestamp",
    "start_timestamp",
    "end_timestamp",
    "running_eta",
    "tier",
  ] as const),
  ...(["push_id", "retry_id", "duration"] as const),
]);

/** The fields that lists of jobs can be filtered on. */
export const jobFields: Fields = new Map(
  todaysPropertyNames.map((name) => [
    name,
    name === "last_modified" ? "time" : numbers.has(name) ? "number" : "text",
  ]),
);

export function toJobRow({ job, coalesced_to, push }: ListedJob, numberOf: NameNumber): JobRow {
  const { build_platform: built, machine_platform: ran } = job;
  return {
    id: job.rest_id,
    job_guid: job.job_guid,
    signature: job.signature,
    job_coalesced_to_guid: coalesced_to,
    build_platform_id: numberOf(built.os_name, built.platform, built.architecture),
    option_collection_hash: job.option_collection_hash,
    platform_option: job.options.join(" "),
    failure_classification_id: job.failure_classification_id,
    machine_name: job.machine,
    platform: ran.platform,
    machine_platform_os: ran.os_name,
    machine_platform_architecture: ran.architecture,
    build_platform: built.platform,
    build_os: built.os_name,
    build_architecture: built.architecture,
    job_type_id: numberOf(job.name, job.job_symbol),
    job_type_name: job.name,
    job_type_symbol: job.job_symbol,
    job_type_description: "",
    job_group_id: numberOf(job.group_name, job.group_symbol),
    job_group_name: job.group_name,
    job_group_symbol: job.group_symbol,
    job_group_description: "",
    who: job.who,
    result_set_id: push?.rest_id ?? null,
    result: job.result,
    state: job.state,
    reason: job.reason,
    submit_timestamp: job.submit_timestamp,
    start_timestamp: job.start_timestamp,
    end_timestamp: job.end_timestamp,
    running_eta: job.running_eta,
    last_modified: job.last_modified,
    tier: job.tier,
    ref_data_name: job.reference_data_name,
    build_system_type: job.build_system_type,
  };
}

/** Matches the end of a guid: the run of its task, and the suffix that a run gets if it is retried over REST. */
const runOfTask = /\/(\d{1,9})(?:_\d{5})?$/;

export function toTodaysJobRow(listed: ListedJob, numberOf: NameNumber): TodaysJobRow {
  const row = toJobRow(listed, numberOf);
  const { job, push } = listed;
  const [ending = "", run = "0"] = runOfTask.exec(job.job_guid) ?? [];
  const from = job.start_timestamp || job.submit_timestamp;
  return {
    ...row,
    push_id: row.result_set_id,
    push_revision: push?.revision ?? null,
    task_id: taskSlug(job.job_guid.slice(0, job.job_guid.length - ending.length)),
    retry_id: Number(run),
    duration: from > 0 && job.end_timestamp > from ? Math.round((job.end_timestamp - from) / 60) : 0,
  };
}

/** Returns the values of a row, in the order of the names. */
export function valuesOf<Row>(row: Row, names: readonly (keyof Row)[]): unknown[] {
  return names.map((name) => row[name]);
}

/** Returns a task id in the form that rows use: as a slug, if it is a task id of Taskcluster. */
export function taskSlug(task: string): string {
  return taskIdForms(task).find((form) => form.length === 22) ?? task;
}
