/**
 * `npm run fuzz`: a million messages that were valid before something happened to them, through decoding, validation and
 * normalisation. Each must end in one verdict for each job message, quickly, and whatever is accepted must be fit to be
 * stored. The same seed gives the same messages. Exit code 1 where anything is wrong.
 */
import { columns } from "../../src/cli/columns.ts";
import { commandLine } from "../command-line.ts";
import { judgeMutants } from "./judge-mutants.ts";

const help = `npm run fuzz -- [options]

Judges messages that were valid before something happened to them; the same seed gives the same ones.

  --count N  so many (1000000)
  --seed N   chosen and printed when left out
  --json     one object on standard output, and nothing else there

Example
  npm run fuzz -- --count 10000 --seed 42
`;
const values = commandLine(help, {
  seed: { type: "string" },
  count: { type: "string", default: "1000000" },
  json: { type: "boolean", default: false },
});
const seed = wholeNumber("--seed", values.seed ?? String(Math.floor(Math.random() * 2 ** 31)));
const count = wholeNumber("--count", values.count);

process.stderr.write(`seed ${seed}\n`);
const begun = performance.now();
const report = judgeMutants(seed, count, (done) => {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${count}`);
});
if (process.stderr.isTTY) process.stderr.write("\r");
const perSecond = Math.round(report.messages / ((performance.now() - begun) / 1000));
if (values.json) {
  process.stdout.write(`${JSON.stringify({ ...report, per_s: perSecond })}\n`);
} else {
  const rows = Object.entries(report.verdicts).map(([verdict, n]) => [verdict, String(n)]);
  process.stdout.write(columns([["verdict", "job messages"], ...rows]));
  process.stdout.write(
    `${report.messages} messages, ${perSecond}/s, the slowest ${report.slowest_ms} ms of CPU time\n`,
  );
  for (const { index, what, body_base64 } of report.failures) {
    process.stdout.write(`\nmessage ${index} of seed ${seed}: ${what}\n${body_base64}\n`);
  }
  process.stdout.write(report.failures.length === 0 ? "all well\n" : `${report.failures.length} failures\n`);
}
process.exitCode = report.failures.length === 0 ? 0 : 1;

function wholeNumber(option: string, text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  process.stderr.write(
    `${option} must be a whole number of at most ten digits; it is ${JSON.stringify(text)}\n`,
  );
  process.exit(2);
}
