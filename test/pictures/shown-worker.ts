import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { connect } from "amqplib";
import { type DemoPlan, planDemo } from "../../demo/plan-demo.ts";
import { seedDemo } from "../../demo/seed-demo.ts";
import { openStore } from "../../src/store/open-store.ts";
import { WorkerProcess } from "../servers/worker-process.ts";

const MINUTE_MS = 60_000;
/** Jobs of another seed. The messages of one project arrive while the worker runs, so that the operators' page has rates to show. */
const ARRIVING_SEED = 3;
const ARRIVING_JOBS = 2000;
const ARRIVING_IN = "mobile-app";
const ARRIVING_AT_ONCE = 8;

export interface ShownWorker {
  /** The address of its pages, without a slash at the end. */
  readonly url: string;
  /** The contents of its store when it started. */
  readonly plan: DemoPlan;
  stop(): Promise<void>;
}

/** Starts a worker on a store that holds the demo's week, and publishes messages to it. One of its exchanges does not exist. */
export async function startShownWorker(options: {
  readonly brokerUrl: string;
  readonly logsUrl: string;
  readonly jobs: number;
}): Promise<ShownWorker> {
  const { brokerUrl, logsUrl, jobs } = options;
  const folder = mkdtempSync(join(tmpdir(), "pictures-"));
  const endsAtMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const store = await openStore({ mongodbUrl: null, dataDir: folder, rejectionTtlDays: 30 });
  const plan = await seedDemo(store, { seed: 1, days: 7, jobs, endsAtMs, logsUrl });
  await store.close();

  const exchanges = [...new Set(plan.bodies.flatMap(({ origin }) => exchangeOf(origin)))];
  const entry = (exchange: string) =>
    `  - exchange: ${exchange}\n    destinations: [demo]\n    projects: ['#']\n`;
  const listed = [...exchanges, "exchange/new-builder/v1/jobs"];
  writeFileSync(join(folder, "exchanges.yml"), `exchanges:\n${listed.map(entry).join("")}`);
  const connection = await connect(brokerUrl);
  const channel = await connection.createConfirmChannel();
  for (const exchange of exchanges) await channel.assertExchange(exchange, "topic", { durable: true });

  const worker = new WorkerProcess({
    ...{ AMQP_URL: brokerUrl, REGISTRY_FILE: join(folder, "exchanges.yml"), DATA_DIR: folder },
    ...{ MONGODB_URL: "", LOG_ALLOW_PRIVATE: "true", QUEUE_NAME: "jobs" },
  });
  await worker.untilEvent("consuming");
  const other = planDemo(
    { seed: ARRIVING_SEED, days: 1, jobs: ARRIVING_JOBS, endsAtMs, longLogLines: 0 },
    logsUrl,
  );
  const arriving = other.bodies.filter(({ bytes }) => bytes.includes(`"project":"${ARRIVING_IN}"`));
  if (arriving.length === 0)
    throw new Error(`no message of ${ARRIVING_IN} is in this data: use another seed`);
  for (let at = 0; at < arriving.length; at += ARRIVING_AT_ONCE) {
    for (const { origin, bytes } of arriving.slice(at, at + ARRIVING_AT_ONCE)) {
      if (origin.kind === "pulse") channel.publish(origin.exchange, origin.routingKey, bytes);
    }
    await wait(100);
  }
  await channel.waitForConfirms();
  const { url } = await worker.untilEvent("public_listening");
  return {
    url: String(url),
    plan,
    async stop() {
      await worker.stop();
      await connection.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function exchangeOf(origin: DemoPlan["bodies"][number]["origin"]): readonly string[] {
  return origin.kind === "pulse" ? [origin.exchange] : [];
}
