import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { decodeDelivery } from "../decode/decode-delivery.ts";
import { type Fault, Misuse, type Result, type Violation } from "../domain/faults.ts";
import type { JobSubmission } from "../domain/submission.ts";
import { normaliseJob } from "../normalise/normalise-job.ts";
import { loadSchemas, type SchemaSet, validateJob } from "../validate/validate-job.ts";
import { exitCodes } from "./program.ts";

const MAX_DEPTH = 64;

/** The bytes of a file, or of standard input for `-`. @throws Misuse where it cannot be read. */
export async function readInput(file: string): Promise<Buffer> {
  try {
    return file === "-" ? Buffer.from(await text(process.stdin)) : await readFile(file);
  } catch (error) {
    throw new Misuse([`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

/** The job messages that a file holds, one or an array of them, as the worker would decode them. */
export function messagesOf(body: Buffer): Result<readonly unknown[]> {
  const route = { exchange: "", routingKey: "", redelivered: false, receivedAtMs: 0 };
  return decodeDelivery({ ...route, body, oversize: null }, MAX_DEPTH);
}

/** `validate`: says for each message whether it is valid, or what is wrong. Exit code 1 if any is invalid. */
export async function validate(files: readonly string[], json: boolean): Promise<number> {
  const schemas = loadSchemas();
  let allValid = true;
  for (const file of files) {
    for (const [index, errors] of errorsIn(await readInput(file), schemas).entries()) {
      allValid &&= errors.length === 0;
      const line = json
        ? JSON.stringify({ file, index, valid: errors.length === 0, errors })
        : [`${file}[${index}]: ${errors.length === 0 ? "valid" : "invalid"}`, ...errors.map(toLine)].join(
            "\n",
          );
      process.stdout.write(`${line}\n`);
    }
  }
  return allValid ? exitCodes.ok : exitCodes.failed;
}

/** `normalise`: prints the submissions of a file's messages. Exit code 1 if any message was invalid. */
export async function normalise(file: string): Promise<number> {
  const schemas = loadSchemas();
  const messages = messagesOf(await readInput(file));
  if (!messages.ok)
    throw new Misuse([`${file}: ${faultErrors(messages.fault).map(toLine).join("; ").trim()}`]);
  const submissions: JobSubmission[] = [];
  let allValid = true;
  for (const [index, message] of messages.value.entries()) {
    const job = validateJob(message, schemas);
    if (job.ok && job.value.state === "unscheduled") {
      process.stderr.write(`${file}[${index}]: left out: its state is unscheduled\n`);
      continue;
    }
    const submission = job.ok ? normaliseJob(job.value) : job;
    if (submission.ok) submissions.push(submission.value);
    else {
      allValid = false;
      process.stderr.write(
        `${file}[${index}]: invalid\n${faultErrors(submission.fault).map(toLine).join("\n")}\n`,
      );
    }
  }
  process.stdout.write(`${JSON.stringify(submissions, null, 2)}\n`);
  return allValid ? exitCodes.ok : exitCodes.failed;
}

/** What is wrong with each message of a body; nothing for a valid one. */
export function errorsIn(body: Buffer, schemas: SchemaSet): readonly (readonly Violation[])[] {
  const messages = messagesOf(body);
  if (!messages.ok) return [faultErrors(messages.fault)];
  return messages.value.map((message) => {
    const job = validateJob(message, schemas);
    if (!job.ok) return faultErrors(job.fault);
    const submission = normaliseJob(job.value);
    return submission.ok ? [] : faultErrors(submission.fault);
  });
}

/** A fault as people are told it: a place, a rule, what was found. */
export function faultErrors(fault: Fault): readonly Violation[] {
  switch (fault.reason) {
    case "schema-violation":
      return fault.violations;
    case "unreadable-time":
      return [
        {
          pointer: fault.pointer,
          keyword: fault.reason,
          message: `not a date-time: ${JSON.stringify(fault.value)}`,
        },
      ];
    case "unusable-field":
      return [{ pointer: fault.pointer, keyword: fault.reason, message: fault.detail }];
    case "killed-worker":
      return [
        {
          pointer: "",
          keyword: fault.reason,
          message: `the worker died ${fault.attempts} times with this message in work; it is not tried again`,
        },
      ];
    default:
      return [
        { pointer: "", keyword: fault.reason, message: "detail" in fault ? fault.detail : fault.reason },
      ];
  }
}

function toLine({ pointer, message, keyword }: Violation): string {
  return `  ${pointer || "(the whole message)"}: ${message} [${keyword}]`;
}
