import { type DecodeLimits, decodeDelivery } from "../decode/decode-delivery.ts";
import type { DecodedJob } from "../decode/unwrap-jobs.ts";
import type { Delivery } from "../domain/delivery.ts";
import { faultWithin } from "../domain/explain-fault.ts";
import { type Fault, ok, type Result, refuse } from "../domain/faults.ts";
import type { JobSubmission, PreparedSubmission } from "../domain/submission.ts";
import { firstCharacters } from "../domain/text/characters.ts";
import type { TierOverrides } from "../domain/tiers.ts";
import { normaliseJob } from "../normalise/normalise-job.ts";
import { unusableParts } from "../normalise/pulse-artifacts.ts";
import type { JobLimits } from "../submission/job-limits.ts";
import { normaliseSubmission } from "../submission/normalise-submission.ts";
import { type SchemaSet, validateJob } from "../validate/validate-job.ts";

/** What a job message amounts to. */
export type Verdict =
  | {
      readonly kind: "accepted";
      readonly submission: PreparedSubmission;
      /** The same before defaults and cuts, as a REST client would post it. */
      readonly posted: JobSubmission;
      readonly payload: unknown;
      /** JSON pointer from the message to the job: `""` unless an envelope wraps it. */
      readonly at: string;
    }
  | { readonly kind: "skipped"; readonly payload: unknown }
  | {
      readonly kind: "rejected";
      /** Its pointers begin where the message begins: those of a wrapped job with `/payload`. */
      readonly fault: Fault;
      /** The job without array and envelope, its numbers as they were sent; `undefined` where the body could not be decoded. */
      readonly payload: unknown;
      readonly project: string | null;
      readonly task_id: string | null;
    };

export interface JudgeOptions extends DecodeLimits {
  readonly schemas: SchemaSet;
  /** A delivery with more jobs is rejected as a whole. */
  readonly maxJobs: number;
  readonly jobLimits: JobLimits;
  readonly tiers: TierOverrides;
  /** May this exchange write to this project? */
  readonly acceptsProject: (exchange: string, project: string) => boolean;
}

/** The jobs of a delivery, each judged only when asked for, so that nobody has to hold all verdicts at once. */
export interface ReadDelivery {
  /** How many jobs there are; 1 where the delivery is rejected as a whole. */
  readonly jobs: number;
  /** Pure: the same verdict each time. */
  readonly verdictOf: (index: number) => Verdict;
}

/** Decodes a delivery and counts its jobs. Pure, so the worker, `validate` and `inspect` cannot disagree. */
export function readDelivery(delivery: Delivery, options: JudgeOptions): ReadDelivery {
  const decoded = decodeDelivery(delivery, options);
  const jobs = decoded.ok ? withinJobLimit(decoded.value, options.maxJobs) : decoded;
  if (!jobs.ok) return { jobs: 1, verdictOf: () => rejected(jobs.fault, undefined) };
  return {
    jobs: jobs.value.length,
    verdictOf: (index) => judgeJob(jobAt(jobs.value, index), delivery.exchange, options),
  };
}

/** One verdict per job in the delivery. Pure. */
export function judgeDelivery(delivery: Delivery, options: JudgeOptions): Verdict[] {
  const { jobs, verdictOf } = readDelivery(delivery, options);
  return Array.from({ length: jobs }, (_, index) => verdictOf(index));
}

/** @returns fault `too-many-jobs` for more than the limit. */
function withinJobLimit(jobs: readonly DecodedJob[], limit: number): Result<readonly DecodedJob[]> {
  return jobs.length > limit ? refuse({ reason: "too-many-jobs", jobs: jobs.length, limit }) : ok(jobs);
}

function jobAt(jobs: readonly DecodedJob[], index: number): DecodedJob {
  const job = jobs[index];
  if (job === undefined) throw new RangeError(`there is no job ${index} among ${jobs.length}`);
  return job;
}

function judgeJob(job: DecodedJob, exchange: string, options: JudgeOptions): Verdict {
  const { value, source: payload, at } = job;
  const refused = (fault: Fault): Verdict => rejected(faultWithin(fault, at), payload);
  const message = validateJob(value, options.schemas, payload);
  if (!message.ok) return refused(message.fault);
  if (message.value.state === "unscheduled") return { kind: "skipped", payload };
  const { project } = message.value.origin;
  if (!options.acceptsProject(exchange, project)) {
    return refused({ reason: "project-not-accepted", project, exchange });
  }

  const submission = normaliseJob(message.value);
  if (!submission.ok) return refused(submission.fault);
  const prepared = normaliseSubmission(submission.value, options, unusableParts(message.value));
  if (!prepared.ok) return refused(inJob(prepared.fault));
  return { kind: "accepted", submission: prepared.value, posted: submission.value, payload, at };
}

/** Where a job message has the fields of a submission that may be unusable although the message fits the schema. */
const messagePointers: Readonly<Record<string, string>> = {
  "/job/job_symbol": "/display/chunkId",
  "/job/option_collection": "/labels",
};

function inJob(fault: Fault): Fault {
  if (fault.reason !== "unusable-field") return fault;
  return { ...fault, pointer: messagePointers[fault.pointer] ?? fault.pointer };
}

function rejected(fault: Fault, payload: unknown): Verdict {
  return {
    kind: "rejected",
    fault,
    payload,
    project: textMember(member(payload, "origin"), "project"),
    task_id: textMember(payload, "taskId"),
  };
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

function textMember(value: unknown, name: string): string | null {
  const text = member(value, name);
  return typeof text === "string" ? firstCharacters(text, 200) : null;
}
