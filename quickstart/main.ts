/**
 * Shows a complete run: a broker, the real worker with the embedded store, a few sample messages through a real topic exchange, a
 * few posts over REST, and the outcome of each. It stops what it started, but keeps the data.
 */
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brokerUser } from "../src/broker/connection/broker-address.ts";
import { connectBroker } from "../src/broker/connection/connect-broker.ts";
import { stopOnSignal } from "../src/cli/options/stop-on-signal.ts";
import { columns } from "../src/cli/output/columns.ts";
import { openStore } from "../src/store/open-store.ts";
import type { Store } from "../src/store/ports/store.ts";
import { commandLine } from "../test/command-line.ts";
import { type AddedClient, addClient } from "../test/servers/add-client.ts";
import { WorkerProcess } from "../test/servers/worker-process.ts";
import { compareEnds } from "./compare-ends.ts";
import { findBroker } from "./find-broker.ts";
import { postSamples, tellBothWays } from "./post-samples.ts";
import { serveLog, tellLog } from "./sample-log.ts";
import { anotherJob, JOB_WITH_LOG, type Sample, samplesWith } from "./sample-messages.ts";
import { anotherPost } from "./sample-posts.ts";

const ROUTING_KEY = "quickstart.try";
const projectFolder = fileURLToPath(new URL("..", import.meta.url));
const dataFolder = join(projectFolder, "data", "quickstart");

const help = `npm run quickstart -- [options]

Publishes sample messages to a broker and posts some items over REST, and shows the outcome of each. It cleans up what it
started, but keeps the data in data/quickstart.

  --keep     leave the worker running until Ctrl-C, and show what to try
`;
const values = commandLine(help, { keep: { type: "boolean", default: false } });
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Clean-up steps to run at the end, in reverse order. */
const undo: (() => Promise<unknown>)[] = [];
const { signal: stop } = stopOnSignal();
const interrupted = once(stop, "abort");

/** True once everything was shown and the worker is left running. From then on, Ctrl-C is the normal end. */
let isKept = false;
const never = new Promise<never>(() => undefined);

/**
 * Waits for a part to start, and registers its clean-up. After an interrupt it never resolves, so that no further step begins.
 */
async function start<T>(starting: Promise<T>, end: (started: T) => Promise<unknown>): Promise<T> {
  // A failed start is reported below, where it is awaited.
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
  // Errors also reject a promise. An unhandled "error" event would end the process before it has cleaned up.
  for (const emitter of [connection, channel]) emitter.on("error", () => undefined);
  await start(channel.assertExchange(exchange, "topic", { durable: true }), () =>
    channel.deleteExchange(exchange),
  );

  const logHost = await start(serveLog(), (host) => host.close());
  const samples = samplesWith(logHost.url);

  const client = await prepareData();
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
  const areTold = await report(worker, samples);
  const publicUrl = String((await worker.untilEvent("public_listening"))["url"]);
  const arePosted = await postSamples(publicUrl, client, say);
  const good = (await withStore((store) => tellBothWays(store, say))) && areTold && arePosted;

  tellNext();
  if (values.keep) {
    await tellKept(worker, { amqpUrl: broker.url, exchange, publicUrl, client });
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
  say(`\nThe data is in ${folderShown}. Commands to try next:`);
  say(`  ${run} pages`);
  say("      shows the pushes and jobs in your browser, at http://127.0.0.1:9180/projects/try, until Ctrl-C");
  say(`  ${run} explain quickstart-1/0`);
  say("      shows all that is known about a job: messages, outcome, logs, artifacts");
  say(`  ${run} rejections list`);
  say("      shows the rejected messages and items, and why they were rejected");
  say(`  ${run} credentials list`);
  say("      shows who may post over REST; `credentials add` lets somebody else");
  say("  node dist/main.js validate FILE");
  say("      says whether a message is valid, and if not, why; with --kind, whether items to post are");
  say("  node dist/main.js parse-log FILE|URL");
  say("      prints the artifacts that the worker would generate from a log");
  say("  node dist/main.js check");
  say("      checks your own registry and settings: config/exchanges.yml, config/settings.md");
  say("  node dist/main.js --help");
  say("      lists all commands; --help on each command shows examples");
}

interface Kept {
  readonly amqpUrl: string;
  readonly exchange: string;
  readonly publicUrl: string;
  readonly client: AddedClient;
}

/** Prints commands to try while the worker runs. Each can be pasted unchanged. */
async function tellKept(
  worker: WorkerProcess,
  { amqpUrl, exchange, publicUrl, client }: Kept,
): Promise<void> {
  const file = join(folderShown, "job.json");
  writeFileSync(join(dataFolder, "job.json"), `${JSON.stringify(anotherJob, null, 2)}\n`);
  const posted = join(folderShown, "posted-jobs.json");
  writeFileSync(join(dataFolder, "posted-jobs.json"), `${JSON.stringify([anotherPost], null, 2)}\n`);
  const { url: http } = await worker.untilEvent("http_listening");
  const run = `AMQP_URL=${amqpUrl} DATA_DIR=${folderShown} node dist/main.js`;
  say("\nThe worker runs until you press Ctrl-C. Try in another terminal:");
  say(`  ${publicUrl}/projects/try`);
  say("      opened in your browser, shows the pushes and jobs");
  say(`  ${run} inspect ${exchange}`);
  say("      shows the messages of the exchange live, each with its verdict");
  say(`  ${run} publish ${file} --exchange ${exchange} --routing-key ${ROUTING_KEY} --wait`);
  say("      publishes one more message, and prints its outcome");
  const { clientId, secret } = client;
  const submit = `HAWK_CLIENT_ID=${clientId} HAWK_SECRET=${secret} node dist/main.js submit`;
  say(`  ${submit} ${posted} --project try --kind jobs --url ${publicUrl}`);
  say("      posts one more job over REST, and prints the verdict on it");
  say(`  DATA_DIR=${folderShown} node dist/main.js status --url ${String(http)}`);
  say("      shows how the worker and its store are doing");
}

/** Empties the data folder, and creates a client that may post. */
async function prepareData(): Promise<AddedClient> {
  rmSync(dataFolder, { recursive: true, force: true });
  mkdirSync(dataFolder, { recursive: true });
  return withStore((store) => addClient(store, "quickstart"));
}

async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ mongodbUrl: null, dataDir: dataFolder, rejectionTtlDays: 30 });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function startWorker(amqpUrl: string, exchange: string): WorkerProcess {
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
    CREDENTIALS_KEY_FILE: "",
    DEPLOYMENT: "",
    REGISTRY_FILE: registry,
    DATA_DIR: dataFolder,
    LOCAL: "true",
    // The sample log is served on this machine.
    LOG_ALLOW_PRIVATE: "true",
  });
}

/** Prints the outcome of every job message, and the artifacts of the log. Returns true if all is as expected. */
async function report(worker: WorkerProcess, samples: readonly Sample[]): Promise<boolean> {
  const count = samples.flatMap(({ ends }) => ends).length;
  try {
    await worker.until("the end of all messages", () => worker.ended().length >= count);
  } finally {
    // Also printed if some messages have not ended, to show which of them have.
    const { rows } = compareEnds(samples, worker.ended());
    process.stdout.write(columns([["message", "task", "outcome", ""], ...rows]));
  }
  const isLogRead = await withStore(async (store) => {
    await tellRejections(store);
    return tellLog(store, "try", JOB_WITH_LOG, say);
  });
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

/** Runs all clean-up steps, and reports those that fail. */
async function cleanUp(): Promise<void> {
  // The list is emptied first, because `main` still runs after an interrupt, and removes the worker's step at its end.
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
  // After an interrupt, `main` may wait for something that never happens, e.g. for a log that nobody reads any more.
  if (stop.aborted) process.exit();
}
