/**
 * `npm run soak`: sends a million messages through a real worker, from a real broker into SQLite (`--store mongodb`: into the
 * MongoDB-protocol server). It prints a line for each stretch, and at the end whether memory stayed flat and every message
 * ended as it should. The exit code is 1 if not.
 */
import { columns } from "../../src/cli/output/columns.ts";
import { commandLine } from "../command-line.ts";
import { startMongodb } from "../servers/mongodb.ts";
import { startRabbitmq } from "../servers/rabbitmq.ts";
import { growthOf } from "./growth.ts";
import { runSoak } from "./run-soak.ts";

const INTERVALS = 40;
const help = `npm run soak -- [options]

Sends messages through a real worker, and says whether its memory stayed flat.

  --messages N            how many messages, 1000 or more (1000000)
  --store sqlite|mongodb  into this one (sqlite)
  --json                  one object on standard output, and nothing else there

Example
  npm run soak -- --messages 100000 --store mongodb
`;
const values = commandLine(help, {
  messages: { type: "string", default: "1000000" },
  store: { type: "string", default: "sqlite" },
  json: { type: "boolean", default: false },
});
if (!/^\d{4,9}$/.test(values.messages) || !["sqlite", "mongodb"].includes(values.store)) {
  process.stderr.write(help);
  process.exit(2);
}

const broker = await startRabbitmq();
const database = values.store === "mongodb" ? await startMongodb() : null;
const begun = performance.now();
try {
  if (!values.json) process.stdout.write(`${broker.name} into ${database?.name ?? "SQLite"}\n`);
  const soak = await runSoak({
    brokerUrl: broker.url,
    mongodbUrl: database === null ? null : `${database.url}soak`,
    messages: Number(values.messages),
    intervals: INTERVALS,
    onInterval: ({ messages, per_s, rss_mib, cpu_s_per_10k }) => {
      const line = `${messages} messages, ${per_s}/s, ${rss_mib} MiB, ${cpu_s_per_10k} CPU s for 10,000\n`;
      (values.json ? process.stderr : process.stdout).write(line);
    },
  });
  const growth = growthOf(soak.intervals);
  const isRight = Object.entries(soak.expected).every(([outcome, count]) => soak.outcomes[outcome] === count);
  const seconds = Math.round((performance.now() - begun) / 1000);
  if (values.json) {
    const { intervals, ...rest } = soak;
    process.stdout.write(`${JSON.stringify({ store: values.store, seconds, growth, ...rest, intervals })}\n`);
  } else {
    const rows = Object.entries(soak.expected).map(([outcome, count]) => {
      return [outcome, String(soak.outcomes[outcome] ?? 0), String(count)];
    });
    process.stdout.write(columns([["outcome", "messages", "expected"], ...rows]));
    process.stdout.write(
      `memory ${growth.flat ? "is flat" : "GROWS"}: ${growth.mib_per_100k} MiB for 100,000 messages, ` +
        `${growth.mib} MiB after the first third; ${soak.peak_rss_mib} MiB at most\n`,
    );
    process.stdout.write(isRight ? "every message ended as it should\n" : "SOME MESSAGES ENDED OTHERWISE\n");
  }
  process.exitCode = growth.flat && isRight && soak.exitCode === 0 ? 0 : 1;
} finally {
  await Promise.all([broker.stop(), database?.stop()]);
}
