import { type DecodeLimits, decodeDelivery, decodeJob } from "../decode/decode-delivery.ts";
import type { DecodedJob } from "../decode/unwrap-jobs.ts";
import type { Delivery, RawBody } from "../domain/delivery.ts";
import { faultWithin } from "../domain/explain-fault.ts";
import type { Fault, Result } from "../domain/faults.ts";
import type { JobSubmission, PreparedSubmission } from "../domain/submission.ts";
import { firstCharacters } from "../domain/text/characters.ts";
import type { TierOverrides } from "../domain/tiers.ts";
import { normaliseJob } from "../normalise/normalise-job.ts";
import { unusableParts } from "../normalise/pulse-artifacts.ts";
import { type JobLimits, tooManyLabels } from "../submission/job-limits.ts";
import { normaliseSubmission } from "../submission/normalise-submission.ts";
import { type SchemaSet, validateJob } from "../validate/validate-job.ts";

/** The verdict on a job message. */
export type Verdict =
  | {
      readonly kind: "accepted";
      readonly submission: PreparedSubmission;
      /** The submission before defaults and cuts, as a REST client would post it. */
      readonly posted: JobSubmission;
      readonly payload: unknown;
      /** JSON pointer from the message to the job: `""` unless the job is in an envelope. */
      readonly at: string;
    }
  | { readonly kind: "skipped"; readonly payload: unknown }
  | {
      readonly kind: "rejected";
      /** The fault, with pointers that begin at the message; for a job in an envelope they begin with `/payload`. */
      readonly fault: Fault;
      /** The job without array and envelope, its numbers as they were sent; `undefined` if the body could not be decoded. */
      readonly payload: unknown;
      readonly project: string | null;
      readonly task_id: string | null;
    };

export interface JudgeOptions extends DecodeLimits {
  readonly schemas: SchemaSet;
  readonly jobLimits: JobLimits;
  readonly tiers: TierOverrides;
  /** Returns whether this exchange may write to this project. */
  readonly acceptsProject: (exchange: string, project: string) => boolean;
}

/** The jobs of a message. Each verdict is computed on demand, so that not all of them are in memory at once. */
export interface ReadMessage {
  /** The number of jobs; 1 if the message is rejected as a whole. */
  readonly jobs: number;
  /** Returns the verdict on one job. Pure: it is the same each time. */
  readonly verdictOf: (index: number) => Verdict;
}

/** The part of a delivery that is judged. */
type MessageOfExchange = Pick<Delivery, "exchange"> & RawBody;

/** Decodes a delivery and counts its jobs. Pure, so the worker and the commands `validate` and `inspect` cannot disagree. */
export function readDelivery(delivery: MessageOfExchange, options: JudgeOptions): ReadMessage {
  return readJobs(decodeDelivery(delivery, options), delivery.exchange, options);
}

/**
 * Reads a single job that was taken out of its array or envelope, as a rejection keeps it. Pure.
 *
 * @param text - the job as JSON.
 */
export function readJob(text: string, exchange: string, options: JudgeOptions): ReadMessage {
  return readJobs(decodeJob(text, options), exchange, options);
}

function readJobs(jobs: Result<readonly DecodedJob[]>, exchange: string, options: JudgeOptions): ReadMessage {
  if (!jobs.ok) return refusedWhole(jobs.fault);
  return {
    jobs: jobs.value.length,
    verdictOf: (index) => judgeJob(jobAt(jobs.value, index), exchange, options),
  };
}

/** Returns one verdict for each job in the delivery. Pure. */
export function judgeDelivery(delivery: Delivery, options: JudgeOptions): Verdict[] {
  const { jobs, verdictOf } = readDelivery(delivery, options);
  return Array.from({ length: jobs }, (_, index) => verdictOf(index));
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

  const tooMany = tooManyLabels(message.value.labels ?? [], options.jobLimits);
  if (tooMany !== null) return refused(inJob(tooMany));
  const submission = normaliseJob(message.value);
  if (!submission.ok) return refused(submission.fault);
  const prepared = normaliseSubmission(submission.value, options, unusableParts(message.value));
  if (!prepared.ok) return refused(inJob(prepared.fault));
  return { kind: "accepted", submission: prepared.value, posted: submission.value, payload, at };
}

/** Returns a message that is rejected as a whole, without being looked at. Its raw bytes are kept. */
export function refusedWhole(fault: Fault): ReadMessage {
  return {
    jobs: 1,
    verdictOf: () => ({ kind: "rejected", fault, payload: undefined, project: null, task_id: null }),
  };
}

/** Pointers into the job message for fields of a submission that can be unusable although the message fits the schema. */
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
