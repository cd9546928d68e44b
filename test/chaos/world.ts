import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Channel, type ChannelModel, connect } from "amqplib";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { type CutProxy, startCutProxy } from "../doubles/cut-proxy.ts";
import { answer, type LogHost, startLogHost } from "../doubles/log-host.ts";
import { type AddedClient, addClient } from "../servers/add-client.ts";
import { type Mongodb, startMongodb } from "../servers/mongodb.ts";
import { type Rabbitmq, startRabbitmq } from "../servers/rabbitmq.ts";
import { openRunFolder } from "../servers/run-folder.ts";
import { projects } from "./chaos-task.ts";
import { type DataDisk, openDataDisk } from "./data-disk.ts";
import type { Documents } from "./documents.ts";
import { Fleet } from "./fleet.ts";
import type { Deletion } from "./losses.ts";
import { RETAIN_DAYS, storeOldJobs } from "./old-jobs.ts";
import { readMongodb, readSqlite } from "./read-documents.ts";

export type StoreName = "sqlite" | "mongodb";

const EXCHANGE = "exchange/guest/chaos/jobs";
const ROUTING_KEY = "chaos.jobs";
const QUEUE = "queue/guest/jobs";
const DATABASE = "chaos";
const WORKERS = 2;
const keeping = { ARCHIVE_DAYS: "30", RETAIN_DAYS: String(RETAIN_DAYS) };
const aLog = gzipSync(
  "fatal error: boom\nTEST-UNEXPECTED-FAIL | a/test_foo.js | x\nTinderboxPrint: built: yes\n",
);

/** The broker, store, workers and proxies of one run. They end with this process at the latest. */
export interface World {
  readonly store: StoreName;
  /** A description of what runs. */
  readonly name: string;
  readonly broker: Rabbitmq;
  readonly exchange: string;
  readonly routingKey: string;
  readonly queue: string;
  /** The proxy between the workers and the broker. */
  readonly brokerProxy: CutProxy;
  /** The proxy between the workers and the database, or null with the embedded store. */
  readonly database: { readonly server: Mongodb; readonly proxy: CutProxy } | null;
  /** The workers' DATA_DIR. */
  readonly disk: DataDisk;
  readonly fleet: Fleet;
  /** A client that may post to the workers. */
  readonly client: AddedClient;
  readonly logHost: LogHost;
  /** Queues that were deleted by force. */
  readonly deletions: Deletion[];
  /** Rewrites the registry, with one key for everything or with several keys for the same. Workers get no signal. */
  writeRegistry(keys: "one" | "two"): void;
  /** Runs a task on a direct connection to the broker, as its administrator. */
  onBroker<T>(work: (channel: Channel) => Promise<T>): Promise<T>;
  documents(): Promise<Documents>;
  /** Runs a task in the workers' store, past the proxy. */
  onStore<T>(work: (store: Store) => Promise<T>): Promise<T>;
  /** Settings for commands that use the workers' store directly, past the proxy. */
  readonly commandEnv: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly store: StoreName;
  readonly series: "3" | "4" | "any";
  /** How soon a half-open connection to the broker is noticed, or null for the worker's default. */
  readonly heartbeatSeconds: number | null;
  /** Settings of the workers that override the usual ones. */
  readonly env: NodeJS.ProcessEnv;
}

export async function openWorld({ store, series, heartbeatSeconds, env }: WorldOptions): Promise<World> {
  const opened: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  /** Registers a function that closes a part. Parts are closed in the reverse order of their opening. */
  const keep = <T>(part: T, end: (part: T) => Promise<void>): T => {
    opened.push(() => end(part));
    return part;
  };
  try {
    const broker = keep(await startRabbitmq({ series }), (part) => part.stop());
    const server = store === "mongodb" ? keep(await startMongodb(), (part) => part.stop()) : null;
    const folder = keep(await openRunFolder("chaos"), (part) => part.remove());
    const disk = keep(await openDataDisk(), (part) => part.close());
    const closeIt = (part: { close(): Promise<void> }): Promise<void> => part.close();
    const logHost = keep(await startLogHost({ "/log": answer(aLog) }), closeIt);
    const brokerProxy = keep(await startCutProxy(broker.port), closeIt);
    const database =
      server === null
        ? null
        : { server, proxy: keep(await startCutProxy(Number(new URL(server.url).port)), closeIt) };
    const registry = join(folder.path, "exchanges.yml");

    const writeRegistry = (keys: "one" | "two"): void => {
      const list = keys === "one" ? ["#"] : ["jobs", "jobs.#"];
      writeFileSync(
        registry,
        `exchanges:\n  - exchange: ${EXCHANGE}\n    destinations: [chaos]\n    projects: ${JSON.stringify(list)}\n` +
          `    accept_projects: ${JSON.stringify(projects)}\n`,
      );
    };
    const onBroker = async <T>(work: (channel: Channel) => Promise<T>): Promise<T> => {
      const connection: ChannelModel = await connect(broker.url, { timeout: 30_000 });
      // A fault has broken the connection. The task fails and reports it.
      connection.on("error", () => undefined);
      try {
        const channel = await connection.createChannel();
        channel.on("error", () => undefined);
        return await work(channel);
      } finally {
        await connection.close().catch(() => undefined);
      }
    };
    const amqpUrl = proxied(broker.url, brokerProxy.port);
    if (heartbeatSeconds !== null) amqpUrl.searchParams.set("heartbeat", String(heartbeatSeconds));
    writeRegistry("one");
    const mongodbUrl = server === null ? null : databaseUrl(new URL(server.url));
    const onStore = async <T>(work: (store: Store) => Promise<T>): Promise<T> => {
      const opened = await openStore({ mongodbUrl, dataDir: disk.path, rejectionTtlDays: 30 });
      return work(opened).finally(() => opened.close());
    };
    await onStore(storeOldJobs);
    const client = await onStore((opened) => addClient(opened, "chaos"));
    const commandEnv = {
      ...{ MONGODB_URL: mongodbUrl ?? "", DATA_DIR: disk.path, REGISTRY_FILE: registry },
      ...keeping,
    };
    await onBroker((channel) => channel.assertExchange(EXCHANGE, "topic", { durable: true }));
    const fleet = keep(
      new Fleet(WORKERS, () => ({
        AMQP_URL: amqpUrl.href,
        MONGODB_URL: database === null ? "" : databaseUrl(proxied(database.server.url, database.proxy.port)),
        REGISTRY_FILE: registry,
        DATA_DIR: disk.path,
        LOG_ALLOW_PRIVATE: "true",
        LOG_TIMEOUT_MS: "5000",
        LOG_LEASE_MS: "15000",
        REST_JOBS_PER_MINUTE: "0",
        ...keeping,
        ...env,
      })),
      (part) => part.killAll(),
    );
    await fleet.startAll();
    return {
      store,
      name: `${server === null ? "SQLite" : server.name}, ${broker.name}`,
      broker,
      exchange: EXCHANGE,
      routingKey: ROUTING_KEY,
      queue: QUEUE,
      brokerProxy,
      database,
      disk,
      fleet,
      client,
      logHost,
      deletions: [],
      writeRegistry,
      onBroker,
      onStore,
      commandEnv,
      documents: async () => (mongodbUrl === null ? readSqlite(disk.path) : readMongodb(mongodbUrl)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function proxied(url: string, port: number): URL {
  const address = new URL(url);
  address.port = String(port);
  return address;
}

function databaseUrl(server: URL): string {
  const url = new URL(server);
  url.pathname = `/${DATABASE}`;
  return url.href;
}
