/**
 * `npm run chaos`: the law under faults, on real processes. See `--help`.
 */
import { parseArgs } from "node:util";
import { z } from "zod";
import { isGood, reportText, totalsOf } from "./report.ts";
import { type ChaosReport, runChaos } from "./run-chaos.ts";

const help = `npm run chaos -- [options]

Publishes messages with known ids to two workers while it kills, cuts, freezes and fills what they stand on, then
checks on the documents that nothing was lost or doubled. Without options: 100,000 messages and 50 faults on each
store, in under 25 minutes. Exit code 0 only if the law held.

  --store sqlite|mongodb  on this store alone
  --messages N            at least so many (100000)
  --rate N                messages a second (200)
  --faults N              how many (50)
  --seed N                of messages and faults; chosen and printed when left out
  --json                  one object on standard output, and nothing else there

Examples
  npm run chaos -- --store sqlite --messages 5000 --faults 10
  npm run chaos -- --seed 42
`;

const whole = z.coerce.number().int().min(0);
const Options = z.object({
  store: z.enum(["sqlite", "mongodb"]).optional(),
  messages: whole.default(100_000),
  rate: whole.min(1).default(200),
  faults: whole.default(50),
  seed: whole.optional(),
});

const text = { type: "string" } as const;
const { values } = parseArgs({
  options: {
    ...{ store: text, messages: text, rate: text, faults: text, seed: text },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}
const given = Options.safeParse(values);
if (!given.success) {
  process.stderr.write(`${z.prettifyError(given.error)}\n\n${help}`);
  process.exit(2);
}
const { store, messages, rate, faults, seed = Math.floor(Math.random() * 1e6) } = given.data;
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // A second one ends it at once; what it started ends with it.
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  });
}
const begun = Date.now();
const say = (line: string): void => {
  const seconds = Math.round((Date.now() - begun) / 1000);
  process.stderr.write(`${String(seconds).padStart(5)} s  ${line}\n`);
};

try {
  const reports: ChaosReport[] = [];
  for (const each of store === undefined ? (["sqlite", "mongodb"] as const) : [store]) {
    reports.push(
      await runChaos(
        {
          store: each,
          seed,
          messages,
          rate,
          faults,
          series: "any",
          heartbeatSeconds: null,
          env: {},
          say: (line) => say(`${each}: ${line}`),
        },
        stop.signal,
      ),
    );
  }
  const totals = totalsOf(seed, reports);
  if (values.json) {
    process.stderr.write(reportText(totals, reports));
    process.stdout.write(`${JSON.stringify(totals)}\n`);
  } else process.stdout.write(reportText(totals, reports));
  process.exitCode = isGood(totals) ? 0 : 1;
} catch (error) {
  if (!stop.signal.aborted) throw error;
  say("stopped; all that was started has ended");
  process.exitCode = 130;
}
// The handlers for signals would keep the process alive.
process.exit();
