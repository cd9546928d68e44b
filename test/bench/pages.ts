/**
 * `npm run bench:pages`: measures how fast the pages and what they depend on are, against the limits of their design. `-- --only reads`
 * measures some parts; `-- --jobs 20000` stores fewer jobs; `-- --json` prints one object with a member for each part, and `noise`.
 */
import { columns } from "../../src/cli/output/columns.ts";
import { createProgress } from "../../src/cli/output/progress.ts";
import { commandLine } from "../command-line.ts";
import { assets } from "./pages-assets.ts";
import { grid } from "./pages-grid.ts";
import { ingestLoss } from "./pages-ingest.ts";
import { log } from "./pages-log.ts";
import type { Limited, PagesMeasured, PagesOptions, PagesPart } from "./pages-part.ts";
import { reads } from "./pages-reads.ts";
import { stopServers } from "./servers.ts";

/** The parts, in the order in which they run. */
const parts = { grid, log, reads, assets, ingest_loss: ingestLoss } as const satisfies Readonly<
  Record<string, PagesPart>
>;
type PartName = keyof typeof parts;
const partNames = Object.keys(parts) as PartName[];

const help = `npm run bench:pages -- [options]

Measures the web pages: ${partNames.join(", ")}.

  --only A,B  these parts (all)
  --jobs N    how many jobs are in the stores that are read (1000000)
  --times N   each question so often (300)
  --rounds N  figures of the grid, the log and the loss are medians of this many rounds (5)
  --json      one object on standard output, and nothing else there

Example
  npm run --silent bench:pages -- --only reads --jobs 20000 --json
`;
const values = commandLine(help, {
  only: { type: "string", default: partNames.join(",") },
  jobs: { type: "string", default: "1000000" },
  times: { type: "string", default: "300" },
  rounds: { type: "string", default: "5" },
  json: { type: "boolean", default: false },
});
const isPart = (name: string): name is PartName => Object.hasOwn(parts, name);
const chosen = values.only.split(",");
const isWhole = (text: string): boolean => /^[1-9]\d{0,7}$/.test(text);
if (![values.jobs, values.times, values.rounds].every(isWhole) || !chosen.every(isPart)) {
  process.stderr.write(help);
  process.exit(2);
}

const progress = createProgress();
const options: PagesOptions = {
  jobs: Number(values.jobs),
  times: Number(values.times),
  rounds: Number(values.rounds),
  show: (text) => progress.show(text),
};
const report: Partial<Record<PartName, unknown>> = {};
const spreads: Partial<Record<PartName, PagesMeasured["spreads"]>> = {};
const limited: Limited[] = [];
try {
  for (const name of chosen.filter(isPart)) {
    const measured = await parts[name](options);
    report[name] = measured.figures;
    if (measured.spreads !== undefined) spreads[name] = measured.spreads;
    limited.push(...measured.limited);
  }
} finally {
  progress.end();
  await stopServers();
}
const missed = limited.filter(({ value, atMost }) => !(value <= atMost));
if (values.json) {
  const noise = { rounds: options.rounds, ...spreads };
  process.stdout.write(`${JSON.stringify({ ...report, noise })}\n`);
} else {
  const rows = limited.map(({ figure, value, spread, atMost }) => [
    ...[figure, String(value), String(spread?.min ?? ""), String(spread?.max ?? "")],
    ...[String(atMost), value <= atMost ? "met" : "MISSED"],
  ]);
  process.stdout.write(columns([["figure", "value", "min", "max", "at most", "goal"], ...rows]));
}
if (missed.length > 0) process.exitCode = 1;
