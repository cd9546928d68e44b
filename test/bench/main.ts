/**
 * `npm run bench`: measures how fast the worker is, in parts, on servers that it starts itself; see README.md in this folder.
 * `-- --only pure,sqlite` measures only these parts; `-- --json` prints one object on standard output and nothing else.
 */
import { createProgress } from "../../src/cli/output/progress.ts";
import { commandLine } from "../command-line.ts";
import { ServerMissing } from "../servers/server-missing.ts";
import { type PartName, partNames, parts, usualParts } from "./bench-parts.ts";
import { chooseParts } from "./choose-parts.ts";
import { startServersFor } from "./contenders/available-contenders.ts";
import { runRounds } from "./contenders/run-rounds.ts";
import type { BenchOptions, Measured, Part } from "./part.ts";
import { asObject, asTable } from "./report.ts";
import { serverNames, stopServers } from "./servers.ts";

const defaults = { rounds: "3", jobs: "12000" };

const help = `npm run bench -- [options]

Measures how fast the worker is, on servers that it starts itself: under 10 minutes in all once the servers are cached.
What is compared drains the same messages in turns, in several rounds. The report has medians; min and max show the noise.

  --only PART,PART  these alone: ${partNames.join(", ")}
  --rounds N        how often each drain is repeated (${defaults.rounds})
  --jobs N          how many jobs a drain has, at least 500; databases get fewer (${defaults.jobs})
  --json            one object on standard output, and nothing else there

Without --only, these are left out because they take long: ${partNames.filter((name) => !usualParts.includes(name)).join(", ")}.

Examples
  npm run bench -- --only pure,sqlite
  npm run bench -- --only bindings,large
  npm run bench -- --rounds 5
  npm run --silent bench -- --json
`;
const values = commandLine(help, {
  json: { type: "boolean", default: false },
  only: { type: "string" },
  rounds: { type: "string", default: defaults.rounds },
  jobs: { type: "string", default: defaults.jobs },
});
const chosen = chosenOrExit(values.only);
const progress = createProgress();
const options: BenchOptions = {
  rounds: numberOrExit("--rounds", values.rounds, 1, 100),
  jobs: numberOrExit("--jobs", values.jobs, 500, 1_000_000),
  show: (text) => progress.show(text),
};

const report = new Map<string, Measured>();
try {
  const contenders = [...new Set(chosen.flatMap((name) => (parts[name] as Part).contenders))];
  const { names: missing, reasons } = await startServersFor(contenders);
  for (const reason of reasons) tellLeftOut(reason);
  const drains = await runRounds({ ...options, names: contenders.filter((name) => !missing.has(name)) });
  for (const name of chosen) {
    const part: Part = parts[name];
    if (part.contenders.some((contender) => missing.has(contender))) continue;
    progress.show(`measuring ${name}`);
    const measured = await part.measure(drains, options).catch((error: unknown) => leftOut(name, error));
    if (measured !== null) report.set(name, measured);
  }
} finally {
  progress.end();
  await stopServers();
}
if (values.json) process.stdout.write(`${JSON.stringify(asObject(report, options))}\n`);
else process.stdout.write(`${[...serverNames(), ""].join("\n")}${asTable(report, parts)}`);

/** Measuring the other parts took minutes, so their figures are printed even if one part fails. */
function leftOut(name: PartName, error: unknown): null {
  if (error instanceof ServerMissing) tellLeftOut(error.message);
  else tellLeftOut(`${name} failed: ${error instanceof Error ? error.stack : error}`);
  return null;
}

function tellLeftOut(reason: string): void {
  console.error(`left out: ${reason}`);
  process.exitCode = 1;
}

function chosenOrExit(text: string | undefined): readonly PartName[] {
  try {
    return chooseParts(text, { all: partNames, usual: usualParts });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}

function numberOrExit(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  console.error(`${option} must be a whole number from ${least} to ${most}, not ${text}`);
  process.exit(2);
}
