/**
 * `npm run fuzz`: a million valid messages are changed at random, and then go through decoding, validation and
 * normalisation. Each must quickly end in one verdict for each job message, and every accepted message must be fit to be
 * stored. The same seed gives the same messages. The exit code is 1 if anything is wrong.
 */
import { columns } from "../../src/cli/output/columns.ts";
import { commandLine } from "../command-line.ts";
import { startRabbitmq } from "../servers/rabbitmq.ts";
import { judgeMutants } from "./judge-mutants.ts";
import { fuzzThroughBroker } from "./through-broker.ts";

/** A message must not keep the event loop busy for longer, in milliseconds of CPU time. */
const SLOW_MS = 50;
const help = `npm run fuzz -- [options]

Judges messages that were valid before something happened to them; the same seed gives the same ones.

  --count N  how many messages (1000000)
  --seed N   chosen and printed when left out
  --json     one object on standard output, and nothing else there
  --broker   publish them with changed properties and headers through a RabbitMQ node
             that is started for this, and consume them as a worker does (10000)

Example
  npm run fuzz -- --count 10000 --seed 42
  npm run fuzz -- --broker --count 2000
`;
const values = commandLine(help, {
  seed: { type: "string" },
  count: { type: "string" },
  broker: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
});
const seed = wholeNumber("--seed", values.seed ?? String(Math.floor(Math.random() * 2 ** 31)));
const count = wholeNumber("--count", values.count ?? (values.broker ? "10000" : "1000000"));

process.stderr.write(`seed ${seed}\n`);
const failures = values.broker ? await throughBroker() : withoutBroker();
process.exitCode = failures === 0 ? 0 : 1;

/** @returns how many failures there were. */
async function throughBroker(): Promise<number> {
  const node = await startRabbitmq();
  try {
    const report = await fuzzThroughBroker(node.url, seed, count);
    if (values.json) process.stdout.write(`${JSON.stringify({ ...report, broker: node.name })}\n`);
    else {
      process.stdout.write(
        `${report.messages} messages through ${node.name}, of which it refused ${report.refused}\n`,
      );
      for (const failure of report.failures) process.stdout.write(`seed ${seed}, ${failure}\n`);
      process.stdout.write(
        report.failures.length === 0 ? "all well\n" : `${report.failures.length} failures\n`,
      );
    }
    return report.failures.length;
  } finally {
    await node.stop();
  }
}

/** @returns how many failures there were. */
function withoutBroker(): number {
  const begun = performance.now();
  const report = judgeMutants(seed, count, {
    slowMs: SLOW_MS,
    onProgress: (done) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${count}`);
    },
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
    process.stdout.write(
      report.failures.length === 0 ? "all well\n" : `${report.failures.length} failures\n`,
    );
  }
  return report.failures.length;
}

function wholeNumber(option: string, text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  process.stderr.write(
    `${option} must be a whole number of at most ten digits; it is ${JSON.stringify(text)}\n`,
  );
  process.exit(2);
}
