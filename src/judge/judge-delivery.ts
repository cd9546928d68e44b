import { type DecodeLimits, decodeDelivery, decodeJob } from "../decode/decode-delivery.ts";
import type { DecodedJob } from "../decode/unwrap-jobs.ts";
import type { Delivery, RawBody } from "../domain/delivery.ts";
import { faultWithin } from "../domain/explain-fault.ts";
import type { Fault, Result } from "../domain/faults.ts";
import { firstCharacters } from "../domain/text/characters.ts";
import type { TierOverrides } from "../domain/tiers.ts";
import { normaliseJob } from "../normalise/normalise-job.ts";
import { unusableParts } from "../normalise/pulse-artifacts.ts";
import { type JobLimits, tooManyLabels } from "../submission/job-limits.ts";
import { normaliseSubmission } from "../submission/normalise-submission.ts";
import { type SchemaSet, validateJob } from "../validate/validate-job.ts";
import type { JobVerdict, ReadMessage, RejectedItem } from "./verdict.ts";

export interface JudgeOptions extends DecodeLimits {
  readonly schemas: SchemaSet;
  readonly jobLimits: JobLimits;
  readonly tiers: TierOverrides;
  /** Returns whether this exchange may write to this project. */
  readonly acceptsProject: (exchange: string, project: string) => boolean;
}

/** The part of a delivery that is judged. */
type MessageOfExchange = Pick<Delivery, "exchange"> & RawBody;

/** Decodes a delivery and counts its jobs. Pure, so the worker and the commands `validate` and `inspect` always agree. */
export function readDelivery(delivery: MessageOfExchange, options: JudgeOptions): ReadMessage<JobVerdict> {
  return readJobs(decodeDelivery(delivery, options), delivery.exchange, options);
}

/**
 * Reads a single job without its array or envelope, in the form that a rejection keeps. Pure.
 *
 * @param text - the job as JSON.
 */
export function readJob(text: string, exchange: string, options: JudgeOptions): ReadMessage<JobVerdict> {
  return readJobs(decodeJob(text, options), exchange, options);
}

function readJobs(
  jobs: Result<readonly DecodedJob[]>,
  exchange: string,
  options: JudgeOptions,
): ReadMessage<JobVerdict> {
  if (!jobs.ok) return refusedWhole(jobs.fault);
  return {
    jobs: jobs.value.length,
    verdictOf: (index) => judgeJob(jobAt(jobs.value, index), exchange, options),
  };
}

/** Returns one verdict for each job in the delivery. Pure. */
export function judgeDelivery(delivery: Delivery, options: JudgeOptions): JobVerdict[] {
  const { jobs, verdictOf } = readDelivery(delivery, options);
  const verdicts: JobVerdict[] = [];
  for (let index = 0; index < jobs; index++) verdicts.push(verdictOf(index));
  return verdicts;
}

function jobAt(jobs: readonly DecodedJob[], index: number): DecodedJob {
  const job = jobs[index];
  if (job === undefined) throw new RangeError(`there is no job ${index} among ${jobs.length}`);
  return job;
}

function judgeJob(job: DecodedJob, exchange: string, options: JudgeOptions): JobVerdict {
  const { value, source: payload, at } = job;
  const message = validateJob(value, options.schemas, payload);
  if (!message.ok) return refused(job, message.fault);
  const { project } = message.value.origin;
  if (message.value.state === "unscheduled") {
    return { kind: "skipped", payload, project, task_id: message.value.taskId };
  }
  if (!options.acceptsProject(exchange, project)) {
    return refused(job, { reason: "project-not-accepted", project, exchange });
  }

  const tooMany = tooManyLabels(message.value.labels ?? [], options.jobLimits);
  if (tooMany !== null) return refused(job, inJob(tooMany));
  const submission = normaliseJob(message.value);
  if (!submission.ok) return refused(job, submission.fault);
  const prepared = normaliseSubmission(submission.value, options, unusableParts(message.value));
  if (!prepared.ok) return refused(job, inJob(prepared.fault));
  return { kind: "accepted", submission: prepared.value, posted: submission.value, payload, at };
}

function refused({ source, at }: DecodedJob, fault: Fault): RejectedItem {
  return rejected(faultWithin(fault, at), source);
}

/** Returns a message that is rejected as a whole. Its raw bytes are kept. */
export function refusedWhole(fault: Fault): ReadMessage<RejectedItem> {
  return {
    jobs: 1,
    verdictOf: () => ({ kind: "rejected", fault, payload: undefined, project: null, task_id: null }),
  };
}

/** Maps fields of a submission that can be unusable although the message fits the schema to their places in the job message. */
const messagePointers: Readonly<Record<string, string>> = {
  "/job/job_symbol": "/display/chunkId",
  "/job/option_collection": "/labels",
  "/revision": "/origin/revision",
};

function inJob(fault: Fault): Fault {
  if (fault.reason !== "unusable-field") return fault;
  return { ...fault, pointer: messagePointers[fault.pointer] ?? fault.pointer };
}

function rejected(fault: Fault, payload: unknown): RejectedItem {
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
