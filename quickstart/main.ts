/**
 * The main job, to look at: a broker, the real worker with the embedded store, a handful of sample messages
 * through a real topic exchange, and what became of each. Cleans up what it started; the data stays.
 */
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { brokerUser } from "../src/broker/connection/broker-address.ts";
import { connectBroker } from "../src/broker/connection/connect-broker.ts";
import { stopOnSignal } from "../src/cli/options/stop-on-signal.ts";
import { columns } from "../src/cli/output/columns.ts";
import { openStore } from "../src/store/open-store.ts";
import type { Store } from "../src/store/ports/store.ts";
import { WorkerProcess } from "../test/servers/worker-process.ts";
import { compareEnds } from "./compare-ends.ts";
import { findBroker } from "./find-broker.ts";
import { serveLog, tellLog } from "./sample-log.ts";
import { anotherJob, JOB_WITH_LOG, type Sample, samplesWith } from "./sample-messages.ts";

const ROUTING_KEY = "quickstart.try";
const projectFolder = fileURLToPath(new URL("..", import.meta.url));
const dataFolder = join(projectFolder, "data", "quickstart");

const { values } = parseArgs({ options: { keep: { type: "boolean", default: false } } });
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** What is to be undone at the end, the last first. */
const undo: (() => Promise<unknown>)[] = [];
const { signal: stop } = stopOnSignal();
const interrupted = once(stop, "abort");

/** Set once all is shown and the worker is left running: from then on Ctrl-C is the ordinary end. */
let isKept = false;
const never = new Promise<never>(() => undefined);

/** Waits for a part to start, which is ended at the end: also when that comes first, and then nothing follows it. */
async function start<T>(starting: Promise<T>, end: (started: T) => Promise<unknown>): Promise<T> {
  // One that does not start says so where it is waited for.
  undo.push(() => starting.then(end, () => undefined));
  const started = await starting;
  return stop.aborted ? never : started;
}

async function main(): Promise<number> {
  const broker = await start(findBroker(process.env, say), (found) => found.stop());
  say(`Broker: ${broker.origin}`);

  const exchange = `exchange/${brokerUser(broker.url)}/quickstart-${process.pid}/v1/jobs`;
  const connection = await start(
    connectBroker({ url: broker.url, name: "quickstart", hangUp: new AbortController().signal }),
    (opened) => opened.close(),
  );
  const channel = await connection.createConfirmChannel();
  // What the broker refuses comes as a rejection too; unheard it would end us before all is cleaned up.
  for (const emitter of [connection, channel]) emitter.on("error", () => undefined);
  await start(channel.assertExchange(exchange, "topic", { durable: true }), () =>
    channel.deleteExchange(exchange),
  );

  const logHost = await start(serveLog(), (host) => host.close());
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

  tellNext();
  if (values.keep) {
    await tellKept(worker, broker.url, exchange);
    isKept = true;
    await interrupted;
  }
  undo.pop();
  const exitCode = await worker.stop();
  if (exitCode !== 0) say(`The worker ended with exit code ${exitCode}. ${worker.troubles()}`);
  return good && exitCode === 0 ? 0 : 1;
}

const folderShown = relative(process.cwd(), dataFolder) || ".";

function tellNext(): void {
  const run = `DATA_DIR=${folderShown} node dist/main.js`;
  say(`\nThe data lies in ${folderShown}. What to try next:`);
  say(`  ${run} explain quickstart-1/0`);
  say("      all that is known of a job: what came, what became of it, logs, artifacts");
  say(`  ${run} rejections list`);
  say("      what was refused, and why");
  say("  node dist/main.js validate FILE");
  say("      is a message valid, and if not, why?");
  say("  node dist/main.js parse-log FILE|URL");
  say("      what would be made of a log?");
  say("  node dist/main.js check");
  say("      your own registry and settings: config/exchanges.yml, config/settings.md");
  say("  node dist/main.js --help");
  say("      every command; --help on each gives examples");
}

/** What can be tried while the worker runs; each line can be pasted as it is. */
async function tellKept(worker: WorkerProcess, url: string, exchange: string): Promise<void> {
  const file = join(folderShown, "job.json");
  writeFileSync(join(dataFolder, "job.json"), `${JSON.stringify(anotherJob, null, 2)}\n`);
  const { url: http } = await worker.untilEvent("http_listening");
  const run = `AMQP_URL=${url} DATA_DIR=${folderShown} node dist/main.js`;
  say("\nThe worker goes on until Ctrl-C. In another terminal:");
  say(`  ${run} inspect ${exchange}`);
  say("      what comes by the exchange, live, each message with its verdict");
  say(`  ${run} publish ${file} --exchange ${exchange} --routing-key ${ROUTING_KEY} --wait`);
  say("      one more message, and what became of it");
  say(`  DATA_DIR=${folderShown} node dist/main.js status --url ${String(http)}`);
  say("      how the worker and its store fare");
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
  const count = samples.flatMap(({ ends }) => ends).length;
  try {
    await worker.until("the end of all messages", () => worker.ended().length >= count);
  } finally {
    // Also where some have not ended: what did is worth knowing then.
    const { rows } = compareEnds(samples, worker.ended());
    process.stdout.write(columns([["message", "task", "outcome", ""], ...rows]));
  }
  const store = await openStore({ mongodbUrl: null, dataDir: dataFolder, rejectionTtlDays: 30 });
  await tellRejections(store);
  const isLogRead = await tellLog(store, "try", JOB_WITH_LOG, say);
  await store.close();
  return isLogRead && compareEnds(samples, worker.ended()).allRight;
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
  // Taken out first: when interrupted, `main` still runs, and takes the worker's step out at its end.
  for (const step of undo.splice(0).reverse()) {
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
  // Interrupted, `main` may wait for what no longer comes, e.g. a log that nobody reads now.
  if (stop.aborted) process.exit();
}
