/**
 * The main job, to look at: a broker, the real worker with the embedded store, a handful of sample messages
 * through a real topic exchange, and what became of each. Cleans up what it started; the data stays.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { connect } from "amqplib";
import { columns } from "../src/cli/columns.ts";
import { openStore } from "../src/store/open-store.ts";
import type { Store } from "../src/store/store.ts";
import { WorkerProcess } from "../test/servers/worker-process.ts";
import { findBroker } from "./find-broker.ts";
import { serveLog, tellLog } from "./sample-log.ts";
import { JOB_WITH_LOG, type Sample, samplesWith } from "./sample-messages.ts";

const ROUTING_KEY = "quickstart.try";
const projectFolder = fileURLToPath(new URL("..", import.meta.url));
const dataFolder = join(projectFolder, "data", "quickstart");

const { values } = parseArgs({ options: { keep: { type: "boolean", default: false } } });
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** What is to be undone at the end, the last first. */
const undo: (() => Promise<unknown>)[] = [];
const interrupted = new Promise<void>((resolve) => {
  process.once("SIGINT", resolve);
  process.once("SIGTERM", resolve);
});

/** Set once all is shown and the worker is left running: from then on Ctrl-C is the ordinary end. */
let isKept = false;
const never = new Promise<never>(() => undefined);

async function main(): Promise<number> {
  const broker = await findBroker(process.env, say);
  undo.push(broker.stop);
  say(`Broker: ${broker.origin}`);

  const user = decodeURIComponent(new URL(broker.url).username);
  const exchange = `exchange/${user}/quickstart-${process.pid}/v1/jobs`;
  const connection = await connect(broker.url);
  undo.push(() => connection.close());
  const channel = await connection.createConfirmChannel();
  await channel.assertExchange(exchange, "topic", { durable: true });
  undo.push(() => channel.deleteExchange(exchange));

  const logHost = await serveLog();
  undo.push(logHost.close);
  const samples = samplesWith(logHost.url);

  const worker = startWorker(broker.url, exchange);
  undo.push(() => worker.stop());
  await worker.untilEvent("consuming");
  say(`Worker: consuming ${exchange}\n`);

  for (const { body } of samples) {
    channel.publish(exchange, ROUTING_KEY, Buffer.from(JSON.stringify(body)), {
      contentType: "application/json",
      deliveryMode: 2,
      mandatory: true,
    });
  }
  await channel.waitForConfirms();
  const good = await report(worker, samples);

  say(`\nThe data lies in ${relative(process.cwd(), dataFolder) || "."}. What to try next:`);
  say("  node dist/main.js --help                     every command, with examples");
  say("  node dist/main.js check                      your own registry and settings (config/exchanges.yml)");
  say("  node dist/main.js validate FILE              is a message valid, and if not, why?");
  say("  node dist/main.js parse-log FILE|URL         what would be made of a log?");
  if (values.keep) {
    say(`\nThe worker goes on until Ctrl-C. Publish to it:`);
    say(
      `  AMQP_URL=${broker.url} node dist/main.js publish FILE --exchange ${exchange} --routing-key ${ROUTING_KEY}`,
    );
    isKept = true;
    await interrupted;
  }
  undo.pop();
  const exitCode = await worker.stop();
  if (exitCode !== 0) say(`The worker ended with exit code ${exitCode}. ${worker.troubles()}`);
  return good && exitCode === 0 ? 0 : 1;
}

function startWorker(amqpUrl: string, exchange: string): WorkerProcess {
  rmSync(dataFolder, { recursive: true, force: true });
  mkdirSync(dataFolder, { recursive: true });
  const registry = join(dataFolder, "exchanges.yml");
  const [destination, project] = ROUTING_KEY.split(".");
  writeFileSync(
    registry,
    `exchanges:\n  - exchange: ${exchange}\n    destinations: [${destination}]\n    projects: [${project}]\n`,
  );
  return new WorkerProcess({
    AMQP_URL: amqpUrl,
    AMQP_URL_FILE: "",
    MONGODB_URL: "",
    MONGODB_URL_FILE: "",
    DEPLOYMENT: "",
    REGISTRY_FILE: registry,
    DATA_DIR: dataFolder,
    LOCAL: "true",
    // The sample log is served on this machine, and only that.
    LOG_ALLOW_PRIVATE: "true",
  });
}

/** Prints how every job message ended, and what became of the log; true if all ended as it should. */
async function report(worker: WorkerProcess, samples: readonly Sample[]): Promise<boolean> {
  const expected = samples.flatMap(({ title, ends }) => ends.map((end) => ({ title, ...end })));
  await worker.until("the end of all messages", () => worker.ended().length >= expected.length);
  const rows = worker.ended().map(({ guid, outcome }, index) => {
    const wanted = expected[index];
    const isRight = wanted?.guid === guid && wanted.outcome === outcome;
    return [
      wanted?.title ?? "",
      guid ?? "",
      outcome,
      isRight ? "as it should" : `should be ${wanted?.outcome} (${wanted?.guid})`,
    ];
  });
  process.stdout.write(columns([["message", "task", "outcome", ""], ...rows]));
  const store = await openStore({ mongodbUrl: null, dataDir: dataFolder, rejectionTtlDays: 30 });
  await tellRejections(store);
  const isLogRead = await tellLog(store, "try", JOB_WITH_LOG, say);
  await store.close();
  return isLogRead && rows.length === expected.length && rows.every((row) => row.at(-1) === "as it should");
}

async function tellRejections(store: Store): Promise<void> {
  for (const { task_id, fault } of await store.listRejections({ limit: 10 })) {
    say(`\nWhy ${task_id} was rejected (${fault.reason}):`);
    if (fault.reason !== "schema-violation") continue;
    for (const { pointer, message } of fault.violations)
      say(`  ${pointer || "(the whole message)"}: ${message}`);
  }
}

/** Undoes everything, also where one step fails; tells those that did. */
async function cleanUp(): Promise<void> {
  for (const step of undo.reverse()) {
    await step().catch((error: unknown) => say(`While cleaning up: ${String(error)}`));
  }
}

try {
  process.exitCode = await Promise.race([main(), interrupted.then(() => (isKept ? never : 130))]);
} catch (error) {
  say(error instanceof Error ? `error: ${error.message}` : String(error));
  process.exitCode = 1;
} finally {
  await cleanUp();
}
