import { readSettings } from "../../config/read-settings.ts";
import type { CollectionKind } from "../../domain/collection.ts";
import { faultErrors } from "../../domain/explain-fault.ts";
import { Misuse, type Violation } from "../../domain/faults.ts";
import type { Refusal, Warning } from "../../domain/submission.ts";
import { printable } from "../../domain/text/printable.ts";
import type { ItemVerdict } from "../../judge/judge-item.ts";
import { judgeLimitNames, judgeLimits } from "../../judge/judge-limits.ts";
import { readCollection } from "../../judge/read-collection.ts";
import { loadCollectionSchemas } from "../../validate/collection-schemas.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { errorLine } from "../output/error-line.ts";
import { print, printJson, tell } from "../output/print.ts";
import { readInput } from "./read-input.ts";

/** The kinds of collections, by the names on the command line. */
const kindOf = { jobs: "jobs", resultsets: "resultset", artifacts: "artifact" } as const satisfies Record<
  string,
  CollectionKind
>;

/** The result for one item of a file, as `--json` prints it. */
interface Checked {
  readonly file: string;
  readonly index: number;
  readonly valid: boolean;
  readonly errors: readonly Violation[];
  /** Parts that would be left out. */
  readonly refused: readonly Refusal[];
  readonly warnings: readonly Warning[];
}

/** Reads `--kind`. @throws Misuse if there is no such kind. */
export function readKind(value: string): CollectionKind {
  const kind = Object.entries(kindOf).find(([name]) => name === value)?.[1];
  if (kind === undefined)
    throw new Misuse([`--kind must be one of ${Object.keys(kindOf).join(", ")}; it is ${value}`]);
  return kind;
}

/**
 * `validate --kind`: prints for each item of a collection whether it is valid, or its errors. It uses the worker's own functions.
 * Exit code 1 if any item is invalid. No check depends on the project, and the number of items is not limited.
 */
export async function validateCollections(
  env: NodeJS.ProcessEnv,
  files: readonly string[],
  kind: CollectionKind,
  json: boolean,
): Promise<number> {
  const limits = judgeLimits(readSettings(env, judgeLimitNames));
  const collection = { kind, project: "", maxItems: Number.POSITIVE_INFINITY };
  const options = { ...collection, ...limits, collections: loadCollectionSchemas(), tiers: new Map() };
  let allValid = true;
  for (const file of files) {
    const read = await readCollection(await readInput(file), options);
    if (!read.ok) {
      const errors = [{ pointer: "", keyword: read.kind, message: read.detail }];
      allValid = false;
      await show({ file, index: 0, valid: false, errors, refused: [], warnings: [] }, json);
      continue;
    }
    const { jobs, verdictOf } = read.reading;
    if (jobs === 0) tell(`${printable(file)}: the list is empty`);
    for (let index = 0; index < jobs; index++) {
      const checked = check(file, index, verdictOf(index));
      allValid &&= checked.valid;
      await show(checked, json);
    }
  }
  return allValid ? exitCodes.ok : exitCodes.failed;
}

function check(file: string, index: number, verdict: ItemVerdict): Checked {
  const valid = { file, index, valid: true, errors: [] };
  switch (verdict.kind) {
    case "rejected":
      return { ...valid, valid: false, errors: faultErrors(verdict.fault), refused: [], warnings: [] };
    case "accepted":
      return { ...valid, refused: verdict.submission.refused, warnings: verdict.warnings ?? [] };
    case "artifact":
      return { ...valid, refused: verdict.artifact.refused, warnings: verdict.warnings };
    case "push":
      return { ...valid, refused: [], warnings: [] };
  }
}

async function show(checked: Checked, json: boolean): Promise<void> {
  if (json) return printJson(checked);
  const { file, index, valid, errors, refused, warnings } = checked;
  const lines = [
    `${printable(file)}[${index}]: ${valid ? "valid" : "invalid"}`,
    ...errors.map(errorLine),
    ...refused.map(({ what, reason }) => printable(`  not used: ${what}: ${reason}`)),
    ...warnings.map(({ what, reason }) => printable(`  warning: ${what}: ${reason}`)),
  ];
  return print(`${lines.join("\n")}\n`);
}
