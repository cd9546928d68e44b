import { isUtf8 } from "node:buffer";
import { readSettings } from "../../config/read-settings.ts";
import type { Delivery } from "../../domain/delivery.ts";
import { faultErrors } from "../../domain/explain-fault.ts";
import { printable } from "../../domain/text/printable.ts";
import { writeSource } from "../../domain/text/source-json.ts";
import { judgeDelivery } from "../../judge/judge-delivery.ts";
import { type JudgeLimitSettings, judgeLimitNames, judgeLimits } from "../../judge/judge-limits.ts";
import type { JobVerdict } from "../../judge/verdict.ts";
import { loadSchemas, type SchemaSet } from "../../validate/validate-job.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { errorLine } from "../output/error-line.ts";
import { print, printJson, tell } from "../output/print.ts";
import { arrayItems } from "./array-items.ts";
import { readInput } from "./read-input.ts";

/** Returns the verdicts of a worker on a delivery, without `accept_projects` of the registry. */
export function judgeFrom(
  delivery: Delivery,
  settings: JudgeLimitSettings,
  schemas: SchemaSet,
): readonly JobVerdict[] {
  const options = { schemas, ...judgeLimits(settings), tiers: new Map(), acceptsProject: () => true };
  return judgeDelivery(delivery, options);
}

/**
 * Returns the JSON documents of a file. If it has several lines and the first one is complete JSON, each line is a document
 * (NDJSON). Otherwise the whole file is one document.
 */
export function documentsOf(body: Buffer): readonly Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < body.length; ) {
    const newline = body.indexOf("\n", from);
    const end = newline === -1 ? body.length : newline;
    const line = body.subarray(from, end);
    if (line.toString("latin1").trim() !== "") lines.push(line);
    from = end + 1;
  }
  const [first, second] = lines;
  return first !== undefined && second !== undefined && isJson(first) ? lines : [body];
}

function isJson(bytes: Buffer): boolean {
  return parsed(bytes) !== undefined;
}

/** Returns the parsed value; undefined if the text is not complete JSON. Decoding reports the reason later. */
function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** A message of a file. */
export interface FileMessage {
  /** The bytes of the file that `publish` sends. */
  readonly body: Buffer;
  /** True if it is an item of an array. */
  readonly isItem: boolean;
}

/** Returns the messages of a file: each document, or each item of a document that is an array. */
export function messagesOf(file: Buffer): readonly FileMessage[] {
  return documentsOf(file).flatMap((document): FileMessage[] => {
    const value = isUtf8(document) ? parsed(document) : undefined;
    // An empty array is kept as it is, so that its verdict reports the fault.
    if (!Array.isArray(value) || value.length === 0) return [{ body: document, isItem: false }];
    return arrayItems(document.toString("utf8")).map((text) => ({ body: Buffer.from(text), isItem: true }));
  });
}

/** Returns a verdict for each job of a file; see {@link judgeMessage}. */
export function judgeFile(
  file: Buffer,
  settings: JudgeLimitSettings,
  schemas: SchemaSet,
): readonly JobVerdict[] {
  return messagesOf(file).flatMap((message) => judgeMessage(message, settings, schemas));
}

/**
 * Returns a verdict for each job of a message, from the worker's own function. Only `accept_projects` of the registry is not
 * applied, because the messages of a file have no exchange.
 */
export function judgeMessage(
  { body, isItem }: FileMessage,
  settings: JudgeLimitSettings,
  schemas: SchemaSet,
): readonly JobVerdict[] {
  const { MAX_BODY_BYTES: limitBytes } = settings;
  if (body.length > limitBytes) {
    const fault = { reason: "oversize-body", bytes: body.length, limitBytes } as const;
    return [{ kind: "rejected", fault, payload: undefined, project: null, task_id: null }];
  }
  // An item that is itself an array is one invalid message, not a list of jobs.
  const judged = isItem && body[0] === BRACKET ? Buffer.from(`[${body}]`) : body;
  const route = { exchange: "", routingKey: "", redelivered: false, receivedAtMs: 0 };
  return judgeFrom({ ...route, body: judged, oversize: null }, settings, schemas);
}

const BRACKET = "[".charCodeAt(0);

/** `validate`: prints for each message whether it is valid, or its errors. Exit code 1 if any message is invalid. */
export async function validate(
  env: NodeJS.ProcessEnv,
  files: readonly string[],
  json: boolean,
): Promise<number> {
  const settings = readSettings(env, judgeLimitNames);
  const schemas = loadSchemas();
  let allValid = true;
  for (const file of files) {
    for (const [index, verdict] of judgeFile(await readInput(file), settings, schemas).entries()) {
      const errors = verdict.kind === "rejected" ? faultErrors(verdict.fault) : [];
      const valid = errors.length === 0;
      allValid &&= valid;
      const lines = [
        `${printable(file)}[${index}]: ${valid ? "valid" : "invalid"}`,
        ...errors.map(errorLine),
      ];
      await (json ? printJson({ file, index, valid, errors }) : print(`${lines.join("\n")}\n`));
    }
  }
  return allValid ? exitCodes.ok : exitCodes.failed;
}

/** `normalise`: prints the submissions of a file's messages. Exit code 1 if any message is invalid. */
export async function normalise(env: NodeJS.ProcessEnv, file: string): Promise<number> {
  const settings = readSettings(env, judgeLimitNames);
  const verdicts = judgeFile(await readInput(file), settings, loadSchemas());
  for (const [index, verdict] of verdicts.entries()) {
    const place = `${printable(file)}[${index}]`;
    if (verdict.kind === "skipped") {
      tell(`${place}: left out: its state is unscheduled`);
    } else if (verdict.kind === "rejected") {
      const lines = faultErrors(verdict.fault).map(errorLine);
      tell([`${place}: left out: invalid`, ...lines].join("\n"));
    } else {
      for (const { what, reason } of verdict.submission.refused) {
        tell(`${place}: not used: ${printable(`${what}: ${reason}`)}`);
      }
    }
  }
  const posted = verdicts.flatMap((verdict) => (verdict.kind === "accepted" ? [verdict.posted] : []));
  await print(`${writeSource(posted, 2)}\n`);
  return verdicts.some(({ kind }) => kind === "rejected") ? exitCodes.failed : exitCodes.ok;
}
