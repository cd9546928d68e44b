/**
 * `npm run demo`: fills a store with a made-up week, and serves its pages until Ctrl-C. The log host runs in this process, so
 * that the log viewer has logs to show.
 */
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { stopOnSignal } from "../src/cli/options/stop-on-signal.ts";
import { createProgress } from "../src/cli/output/progress.ts";
import { blankUrls } from "../src/domain/text/blank-url.ts";
import { openStore } from "../src/store/open-store.ts";
import { commandLine } from "../test/command-line.ts";
import { freePort } from "../test/servers/free-port.ts";
import { logTextAt } from "./demo-logs.ts";
import { type DemoPlan, planDemo } from "./plan-demo.ts";
import { seedDemo } from "./seed-demo.ts";
import { serveLogs } from "./serve-logs.ts";
import { refuseTakenPort, servePages } from "./serve-pages.ts";

const help = `npm run demo -- [options]

Fills a store with a made-up week: pushes, jobs in all states, failing logs, rejections, REST clients. Then serves its pages
until Ctrl-C. The store is a file in data/demo, which each run makes again; or the empty database that MONGODB_URL names.

  --jobs N   about how many jobs (6000)
  --seed N   other data; the same number gives the same data (1)
  --keep     serve what the last run has left in data/demo, instead of making it again

Examples
  npm run demo
  npm run demo -- --jobs 50000 --seed 7
`;
const values = commandLine(help, {
  jobs: { type: "string", default: "6000" },
  seed: { type: "string", default: "1" },
  keep: { type: "boolean", default: false },
});
for (const name of ["jobs", "seed"] as const) {
  if (/^[1-9]\d{0,6}$/.test(values[name])) continue;
  process.stderr.write(
    `--${name} must be a whole number from 1 to 9999999; it is ${JSON.stringify(values[name])}\n\n${help}`,
  );
  process.exit(2);
}

const DAYS = 7;
const LONG_LOG_LINES = 200_000;
const folder = fileURLToPath(new URL("../data/demo", import.meta.url));
const sizeFile = join(folder, "demo.json");
const filledSize = z.object({
  ...{ seed: z.number(), jobs: z.number(), days: z.number(), endsAtMs: z.number() },
  ...{ longLogLines: z.number(), logsPort: z.number() },
});
type FilledSize = z.infer<typeof filledSize>;

const mongodbUrl = process.env["MONGODB_URL"] || null;
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const { signal: stop } = stopOnSignal();

try {
  await main();
} catch (error) {
  say(`error: ${error instanceof Error ? blankUrls(error.message) : String(error)}`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  if (values.keep && !existsSync(sizeFile)) throw new Error(`there is nothing in ${folder} to keep`);
  // Otherwise a second demo would replace the data of the first one, and only then fail.
  await refuseTakenPort();
  const size = values.keep ? filledSize.parse(JSON.parse(readFileSync(sizeFile, "utf8"))) : await newSize();
  const plan = values.keep ? planDemo(size, logsUrlOf(size)) : await fill(size);
  const logs = await serveLogs(size.logsPort, (path) => logTextAt(plan, path));
  try {
    const pages = await servePages({
      ...{ DATA_DIR: folder, MONGODB_URL: mongodbUrl ?? "", MONGODB_URL_FILE: "", HTTP_PORT: "0" },
      // The logs are served on this machine.
      LOG_ALLOW_PRIVATE: "true",
    });
    say(`\nThe pages are at ${pages.url}/ until you press Ctrl-C.`);
    if (!stop.aborted) await Promise.race([once(stop, "abort"), pages.ended]);
    await pages.stop();
  } finally {
    await logs.close();
  }
}

async function newSize(): Promise<FilledSize> {
  const minuteMs = 60_000;
  return {
    ...{ seed: Number(values.seed), jobs: Number(values.jobs), days: DAYS },
    longLogLines: LONG_LOG_LINES,
    endsAtMs: Math.floor(Date.now() / minuteMs) * minuteMs,
    logsPort: await freePort(),
  };
}

function logsUrlOf({ logsPort }: FilledSize): string {
  return `http://127.0.0.1:${logsPort}`;
}

async function fill(size: FilledSize): Promise<DemoPlan> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const store = await openStore({ mongodbUrl, dataDir: folder, rejectionTtlDays: 30 });
  const progress = createProgress();
  try {
    const before = await store.countDocuments();
    if ((before["jobs"] ?? 0) + (before["resultsets"] ?? 0) > 0)
      throw new Error(`${store.name} is not empty: name another database by MONGODB_URL`);
    const { logsPort: _port, ...wanted } = size;
    const plan = await seedDemo(store, {
      ...wanted,
      logsUrl: logsUrlOf(size),
      onProgress: (text) => progress.show(text),
    });
    progress.end();
    const { jobs, resultsets, rejections } = await store.countDocuments();
    say(`Filled ${store.name} with ${jobs} jobs in ${resultsets} pushes, and ${rejections} rejections.`);
    writeFileSync(sizeFile, `${JSON.stringify(size)}\n`);
    return plan;
  } finally {
    progress.end();
    await store.close();
  }
}
