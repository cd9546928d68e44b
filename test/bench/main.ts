/**
 * `npm run bench`: measures how fast the worker is, in parts, on servers that it starts itself; see README.md in this folder.
 * `-- --only pure,sqlite` measures only these parts; `-- --json` prints one object on standard output and nothing else.
 */
import { createProgress } from "../../src/cli/output/progress.ts";
import { commandLine } from "../command-line.ts";
import { ServerMissing } from "../servers/server-missing.ts";
import { archive } from "./archive.ts";
import { bugs } from "./bugs.ts";
import { full } from "./full.ts";
import { limit } from "./limit.ts";
import { logs } from "./logs.ts";
import { mongodb } from "./mongodb.ts";
import { paced } from "./paced.ts";
import type { Measured, Part } from "./part.ts";
import { pure } from "./pure.ts";
import { asTable } from "./report.ts";
import { rest } from "./rest.ts";
import { retention } from "./retention.ts";
import { stopServers } from "./servers.ts";
import { sqlite } from "./sqlite.ts";

/** All parts, in the order of the report. */
const parts: Readonly<Record<string, Part>> = {
  limit,
  sqlite,
  mongodb,
  pure,
  paced,
  rest,
  archive,
  retention,
  full,
  logs,
  bugs,
};

const help = `npm run bench -- [options]

Measures how fast the worker is, on servers that it starts itself, about 15 minutes in all.

  --only PART,PART  these alone: ${Object.keys(parts).join(", ")}
  --json            one object on standard output, and nothing else there

Examples
  npm run bench -- --only pure,sqlite
  npm run --silent bench -- --json
`;
const values = commandLine(help, { json: { type: "boolean", default: false }, only: { type: "string" } });
const wanted = values.only?.split(",") ?? Object.keys(parts);
const unknown = wanted.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(", ")}; there are ${Object.keys(parts).join(", ")}`);
  process.exit(2);
}

const progress = createProgress();
const report = new Map<string, Measured>();
try {
  for (const [name, part] of Object.entries(parts)) {
    if (!wanted.includes(name)) continue;
    progress.show(`measuring ${name} ...`);
    const measured = await part.measure().catch(leftOut);
    if (measured !== null) report.set(name, measured);
  }
} finally {
  progress.end();
  await stopServers();
}
process.stdout.write(values.json ? asJson(report) : asTable(report, parts));

function leftOut(error: unknown): null {
  if (!(error instanceof ServerMissing)) throw error;
  console.error(`left out: ${error.message}`);
  process.exitCode = 1;
  return null;
}

function asJson(measured: ReadonlyMap<string, Measured>): string {
  const figures = [...measured].map(([name, part]) => [name, part.figures]);
  return `${JSON.stringify(Object.fromEntries(figures))}\n`;
}
