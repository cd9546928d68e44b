import { type DecodeLimits, decodeDelivery } from "../decode/decode-delivery.ts";
import type { DecodedJob } from "../decode/unwrap-jobs.ts";
import { firstCharacters } from "../domain/characters.ts";
import type { Delivery } from "../domain/delivery.ts";
import { faultWithin } from "../domain/explain-fault.ts";
import type { Fault } from "../domain/faults.ts";
import type { JobSubmission, PreparedSubmission } from "../domain/submission.ts";
import type { TierOverrides } from "../domain/tiers.ts";
import { normaliseJob } from "../normalise/normalise-job.ts";
import { normaliseSubmission } from "../normalise/normalise-submission.ts";
import { unusableParts } from "../normalise/pulse-artifacts.ts";
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
  readonly tiers: TierOverrides;
  /** May this exchange write to this project? */
  readonly acceptsProject: (exchange: string, project: string) => boolean;
}

/** One verdict per job in the delivery. Pure, so the worker, `validate` and `inspect` cannot disagree. */
export function judgeDelivery(delivery: Delivery, options: JudgeOptions): Verdict[] {
  const decoded = decodeDelivery(delivery, options);
  if (!decoded.ok) return [rejected(decoded.fault, undefined)];
  return decoded.value.map((job) => judgeJob(job, delivery.exchange, options));
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
  const prepared = normaliseSubmission(submission.value, options.tiers, unusableParts(message.value));
  if (!prepared.ok) return refused(inJob(prepared.fault));
  return { kind: "accepted", submission: prepared.value, posted: submission.value, payload, at };
}

/** The pointer as the job message has it. The symbol is the only field that can be unusable in a job that fits the schema. */
function inJob(fault: Fault): Fault {
  const isSymbol = fault.reason === "unusable-field" && fault.pointer === "/job/job_symbol";
  return isSymbol ? { ...fault, pointer: "/display/chunkId" } : fault;
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
