import type { Fault, FaultReason, Violation } from "./faults.ts";

/** The meaning of each reason. A test compares this table with the one in `docs/outcomes.md`. */
export const faultMeanings: Readonly<Record<FaultReason, string>> = {
  "oversize-body": "the body is longer than `MAX_BODY_BYTES`",
  "unsupported-encoding": "the properties declare an encoding of the body that cannot be decoded",
  "malformed-body": "the body is not one JSON value, or an array of them, in UTF-8",
  "too-many-jobs": "the message holds more jobs than `MAX_JOBS_PER_MESSAGE`",
  "too-many-objects":
    "the message holds more than `MAX_OBJECTS_PER_MESSAGE` JSON objects, lists and numbers with unusual digits",
  "schema-violation": "the job message does not fit the Pulse Job Schema, or the posted item its own schema",
  "unreadable-time": "a timestamp cannot be parsed",
  "project-not-accepted": "the registry does not let this exchange write to this project (`accept_projects`)",
  "unknown-revision-hash": "no push with this revision hash is known",
  "unknown-job": "the project has no job with the guid of this artifact",
  "unusable-field": "a field fits the schema, but cannot be stored as it is",
  "internal-error": "a bug in pulse-ingest, at a message that was redelivered",
  "unreadable-delivery": "the AMQP driver repeatedly fails on the headers of the message",
  "killed-worker": "workers died `MAX_ATTEMPTS` times while the message was in progress",
};

export function isFaultReason(text: string): text is FaultReason {
  return Object.hasOwn(faultMeanings, text);
}

/** Returns a fault in a form for people: the place, the rule, what was found, and how to fix it. */
export function faultErrors(fault: Fault): readonly Violation[] {
  if (fault.reason === "schema-violation") return fault.violations;
  return [{ pointer: pointerOf(fault), keyword: fault.reason, message: messageOf(fault) }];
}

type OtherFault = Exclude<Fault, { readonly reason: "schema-violation" }>;

function pointerOf(fault: OtherFault): string {
  if ("pointer" in fault && fault.pointer !== undefined) return fault.pointer;
  if (fault.reason === "project-not-accepted") return "/origin/project";
  if (fault.reason === "unknown-job") return "/job_guid";
  return fault.reason === "unknown-revision-hash" ? "/origin/revision_hash" : "";
}

/**
 * Returns the fault of a job, with pointers that are relative to the whole message.
 *
 * @param at - JSON pointer from the message to the job, such as `/payload`.
 */
export function faultWithin(fault: Fault, at: string): Fault {
  if (at === "") return fault;
  switch (fault.reason) {
    case "schema-violation": {
      const violations = fault.violations.map((each) => ({ ...each, pointer: `${at}${each.pointer}` }));
      return { ...fault, violations };
    }
    case "unreadable-time":
    case "unusable-field":
    case "project-not-accepted":
    case "unknown-revision-hash":
    case "unknown-job":
      return { ...fault, pointer: `${at}${pointerOf(fault)}` };
    default:
      // All other faults concern the whole message.
      return fault;
  }
}

/** Returns the fault of a posted item, which contains the revision hash beside the job and not in an origin. */
export function faultOfItem(fault: Fault): Fault {
  return fault.reason === "unknown-revision-hash" ? { ...fault, pointer: "/revision_hash" } : fault;
}

function lengthOf({ bytes, compression }: Extract<Fault, { readonly reason: "oversize-body" }>): string {
  const received = `${bytes} bytes long`;
  return compression === undefined
    ? received
    : `${received}, and too long when decompressed (${compression})`;
}

function messageOf(fault: OtherFault): string {
  switch (fault.reason) {
    case "oversize-body":
      return (
        `is ${lengthOf(fault)}; the limit is ${fault.limitBytes} (MAX_BODY_BYTES): ` +
        `${fault.isItem ? "shorten the item" : "publish fewer jobs in one message"}, or put long text into a log`
      );
    case "unsupported-encoding":
      return (
        `the ${fault.property} ${JSON.stringify(fault.value)} cannot be decoded: publish UTF-8, ` +
        "plain or compressed with gzip, zlib or brotli"
      );
    case "malformed-body":
      return `${fault.detail}; ${fault.advice ?? "publish one JSON object, or an array of them, as UTF-8"}`;
    case "too-many-jobs":
      return (
        `holds ${fault.jobs} jobs; the limit is ${fault.limit} (MAX_JOBS_PER_MESSAGE): ` +
        "publish the jobs in several messages"
      );
    case "too-many-objects":
      return (
        `holds more than ${fault.limit} JSON objects and lists (MAX_OBJECTS_PER_MESSAGE), where numbers such as 1.10 count twice: ` +
        `${fault.isItem ? "shorten the item" : "publish the jobs in several messages"}, or put large data into a log`
      );
    case "unreadable-time":
      return `not a date-time: ${JSON.stringify(fault.value)}; write it like "2026-01-05T10:00:00Z"`;
    case "project-not-accepted":
      return (
        `the exchange ${fault.exchange} may not write to the project ${fault.project}: accept_projects in the registry ` +
        "does not list it; name another project, or ask the operator to add a pattern"
      );
    case "unknown-revision-hash":
      return (
        `no push of ${fault.project} has the revision hash ${fault.revisionHash}: submit the push before its jobs, ` +
        "or give a revision instead"
      );
    case "unknown-job":
      return `${fault.project} has no job with the guid ${fault.job_guid}: submit the job before its artifacts`;
    case "unusable-field":
      return fault.detail;
    case "internal-error":
      return `${fault.detail}: a bug in pulse-ingest; report it, and replay the message once it is fixed`;
    case "unreadable-delivery":
      return (
        `the AMQP driver fails on the headers of this delivery, which is kept whole in ${fault.queue}: publish it with ` +
        "fewer or simpler headers; the operator can replay it, which leaves the headers out"
      );
    case "killed-worker":
      return (
        `workers died ${fault.attempts} times while this message was in progress, and it is not tried again: report it, ` +
        "and replay the message once the cause is fixed"
      );
  }
}
