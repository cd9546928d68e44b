import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import type { Delivery } from "../domain/delivery.ts";
import { faultErrors } from "../domain/explain-fault.ts";
import { Misuse, type Violation } from "../domain/faults.ts";
import { judgeDelivery, type Verdict } from "../ingest/judge-delivery.ts";
import { readSettings } from "../read-settings.ts";
import type { Settings } from "../settings.ts";
import { loadSchemas, type SchemaSet } from "../validate/validate-job.ts";
import { print, printJson, tell } from "./print.ts";
import { printable } from "./printable.ts";
import { exitCodes } from "./program.ts";

/** The settings of the worker that a verdict depends on. */
export const verdictSettingNames = ["MAX_DEPTH", "MAX_BODY_BYTES"] as const;
export type VerdictSettings = Pick<Settings, (typeof verdictSettingNames)[number]>;

/** The bytes of a file, or of standard input for `-`. @throws Misuse where it cannot be read. */
export async function readInput(file: string): Promise<Buffer> {
  try {
    if (file !== "-") return await readFile(file);
    if (process.stdin.isTTY) tell("Reading from the keyboard; Ctrl-D ends it.");
    return await buffer(process.stdin);
  } catch (error) {
    throw new Misuse([`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

/** The worker's verdicts on a delivery of any exchange: what the registry lets one write to is not asked. */
export function judgeFrom(
  delivery: Delivery,
  { MAX_DEPTH }: Pick<VerdictSettings, "MAX_DEPTH">,
  schemas: SchemaSet,
): readonly Verdict[] {
  const options = { schemas, maxDepth: MAX_DEPTH, tiers: new Map(), acceptsProject: () => true };
  return judgeDelivery(delivery, options);
}

/** The JSON documents of a file: the whole of it, or, where its first line is one by itself, each line (NDJSON). */
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
  try {
    JSON.parse(bytes.toString("utf8"));
    return true;
  } catch {
    // The document goes on, or is broken: what decodes it says so.
    return false;
  }
}

/** A verdict for each message of a file; see {@link judgeDocument}. */
export function judgeFile(body: Buffer, settings: VerdictSettings, schemas: SchemaSet): readonly Verdict[] {
  return documentsOf(body).flatMap((document) => judgeDocument(document, settings, schemas));
}

/**
 * A verdict for each message of a JSON document, by the worker's own function. It comes by no exchange, so what a registry
 * lets one write to (`accept_projects`) is the one thing that is not asked.
 */
export function judgeDocument(
  body: Buffer,
  { MAX_DEPTH, MAX_BODY_BYTES }: VerdictSettings,
  schemas: SchemaSet,
): readonly Verdict[] {
  const route = { exchange: "", routingKey: "", redelivered: false, receivedAtMs: 0 };
  return judgeFrom({ ...route, body, oversize: null }, { MAX_DEPTH }, schemas).map((verdict) => {
    // The file may hold many messages: each of them has to be short enough, as `publish` would send it.
    const bytes = verdict.payload === undefined ? 0 : Buffer.byteLength(JSON.stringify(verdict.payload));
    if (bytes <= MAX_BODY_BYTES) return verdict;
    const fault = { reason: "oversize-body", bytes, limitBytes: MAX_BODY_BYTES } as const;
    return { kind: "rejected", fault, payload: verdict.payload, project: null, task_id: null };
  });
}

/** `validate`: says for each message whether it is valid, or what is wrong. Exit code 1 if any is invalid. */
export async function validate(
  env: NodeJS.ProcessEnv,
  files: readonly string[],
  json: boolean,
): Promise<number> {
  const settings = readSettings(env, verdictSettingNames);
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

/** `normalise`: prints the submissions of a file's messages. Exit code 1 if any message was invalid. */
export async function normalise(env: NodeJS.ProcessEnv, file: string): Promise<number> {
  const settings = readSettings(env, verdictSettingNames);
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
  await print(`${JSON.stringify(posted, null, 2)}\n`);
  return verdicts.some(({ kind }) => kind === "rejected") ? exitCodes.failed : exitCodes.ok;
}

/** One thing that is wrong, as an indented line. */
export function errorLine({ pointer, message, keyword }: Violation): string {
  return printable(`  ${pointer || "(the whole message)"}: ${message} [${keyword}]`);
}
