/**
 * `npm run bench:reconnect`: measures how soon a worker consumes again after its broker returns (killed and started again; connection
 * cut and restored), and how soon it notices a connection that has gone silent. `-- --rounds 20`.
 */
import { setTimeout as wait } from "node:timers/promises";
import { columns } from "../../src/cli/output/columns.ts";
import { commandLine } from "../command-line.ts";
import { startCutProxy } from "../doubles/cut-proxy.ts";
import { startRabbitmq } from "../servers/rabbitmq.ts";
import { WorkerStory } from "../story/a-running-worker.ts";

/** Long enough for the waits between attempts to reach their cap. */
const OUTAGE_MS = { least: 2000, most: 6000 };

const help = `npm run bench:reconnect -- [options]

Measures how soon a worker consumes again. About six minutes; TEST_BROKER=3 takes the older broker.

  --rounds N  how many outages of each kind (20)

Example
  npm run bench:reconnect -- --rounds 5
`;
const values = commandLine(help, { rounds: { type: "string", default: "20" } });
if (!/^[1-9]\d{0,3}$/.test(values.rounds)) {
  process.stderr.write(help);
  process.exit(2);
}
const rounds = Number(values.rounds);
const series = process.env["TEST_BROKER"] === "3" ? "3" : "4";
const node = await startRabbitmq({ series });
const proxy = await startCutProxy(node.port);
try {
  const story = await WorkerStory.on(node.url);
  const url = new URL(node.url);
  url.port = String(proxy.port);
  const worker = await story.start({ AMQP_URL: url.href });
  const rows = [["after", "times", "median ms", "p95 ms", "most ms"]];

  /** Returns the time from the end of `outage` until the worker consumes again. */
  async function measure(what: string, outage: () => Promise<void>, times: number): Promise<void> {
    const takenMs: number[] = [];
    for (let round = 0; round < times; round++) {
      const from = worker.lines.length;
      await outage();
      const backAtMs = performance.now();
      await worker.untilEvent("consuming", from);
      takenMs.push(performance.now() - backAtMs);
    }
    const sorted = takenMs.toSorted((a, b) => a - b);
    const at = (share: number) => String(Math.round(sorted[Math.ceil(share * times) - 1] ?? 0));
    rows.push([what, String(times), at(0.5), at(0.95), at(1)]);
  }

  const outage = () => wait(OUTAGE_MS.least + Math.random() * (OUTAGE_MS.most - OUTAGE_MS.least));
  await measure(
    "the way to the broker was cut",
    async () => {
      proxy.cut();
      await outage();
      proxy.restore();
    },
    rounds,
  );
  await measure(
    "the broker was killed",
    async () => {
      await node.kill();
      await outage();
      // `restart` waits until the broker answers.
      await node.restart();
    },
    rounds,
  );
  await measure("the connection fell silent", async () => proxy.freeze(), Math.min(rounds, 5));
  process.stdout.write(`${node.name}\n${columns(rows)}`);
  await worker.stop();
  await story.end();
} finally {
  await proxy.close();
  await node.stop();
}
