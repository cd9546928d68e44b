/**
 * A private server that speaks MongoDB's protocol. It has its own ports on 127.0.0.1 and its own data folder, and ends with
 * the process that started it. It is MongoDB if that is installed, otherwise FerretDB on DocumentDB; `name` says which.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import { z } from "zod";
import { findDebianRoot, whyNoDebianRoot } from "./debian-root.ts";
import { createContainer, whyNoDocker } from "./docker.ts";
import { createDocumentdb, type Documentdb, firstPassword } from "./documentdb.ts";
import { ferretdbVersion, findFerretdb } from "./ferretdb.ts";
import { freePort } from "./free-port.ts";
import { images } from "./images.ts";
import { dieWithParent, type Program, startProgram, untilItAnswers } from "./program.ts";
import { findProgram } from "./run-command.ts";
import { openRunFolder, type RunFolder } from "./run-folder.ts";
import { ServerMissing, wordsOf } from "./server-missing.ts";

const protocolServer = "A MongoDB-protocol server";

/** A server that speaks MongoDB's protocol. */
export type Database = {
  /** `mongodb://127.0.0.1:PORT/` */
  readonly url: string;
  /** A description of the server, for titles and tables: "MongoDB protocol, FerretDB 2.7 on DocumentDB 1.0". */
  readonly name: string;
};

/** A private server, which may be killed and started again. */
export type Mongodb = Database & {
  /** The folder for data and logs, which `stop` removes. */
  readonly folder: string;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
  /** Sends SIGKILL to all of its processes. The data stays, for `restart`. */
  kill(): Promise<void>;
  /** Starts it again on the same port with the same data. If it still runs, it is shut down first. */
  restart(): Promise<void>;
  /** Runs a query on the PostgreSQL behind FerretDB. Other servers do not have it. */
  readonly query?: Documentdb["query"];
};

/**
 * Starts a server and waits until it answers: MongoDB from `MONGOD` or the PATH, or from Docker, or FerretDB.
 *
 * @throws ServerMissing if none is available.
 */
export async function startMongodb(): Promise<Mongodb> {
  const mongod = process.env["MONGOD"] ?? (await findProgram("mongod"));
  if (mongod !== null) return startMongod(mongod);
  const whyNot = (await whyNoDocker()) ?? (await startInDocker().catch(wordsOf));
  if (typeof whyNot !== "string") return whyNot;
  const whyNoRoot = await whyNoDebianRoot();
  if (whyNoRoot === null) return startFerretdb();
  throw new ServerMissing(
    protocolServer,
    ["no mongod in MONGOD or on the PATH", whyNot, whyNoRoot].join("; "),
    "run as root on Debian, install mongod, start Docker, or name a server on this machine in MONGODB_URL",
  );
}

/** The processes of one server, in the order in which they start. */
type Parts = readonly (() => Promise<Program>)[];

/** FerretDB, with access to its PostgreSQL. */
export type Ferretdb = Mongodb & Required<Pick<Mongodb, "query">>;

/**
 * Starts a FerretDB.
 *
 * @param asksForPassword - clients need the password of user `postgres`; `url` contains it.
 * @throws ServerMissing if it is not available.
 */
export async function startFerretdb({ asksForPassword } = { asksForPassword: false }): Promise<Ferretdb> {
  const [root, ferretdb] = await Promise.all([findDebianRoot(protocolServer), findFerretdb()]);
  const folder = await openRunFolder("ferretdb");
  const databasePort = await freePort();
  const documentdb = createDocumentdb(root, folder.path, databasePort);
  const server = await started(folder, async () => {
    const { url, version, start } = await documentdb;
    const state = join(folder.path, "ferretdb");
    await mkdir(state);
    const address = `127.0.0.1:${await freePort()}`;
    const startGateway = () =>
      startProgram({
        command: [
          ...dieWithParent(process.pid),
          ...[ferretdb, url, address, state],
          ...(asksForPassword ? ["auth"] : []),
        ],
        env: { PATH: process.env["PATH"], HOME: state, DO_NOT_TRACK: "1" },
        cwd: state,
        logFile: join(folder.path, "ferretdb.log"),
      });
    return {
      url: `mongodb://${asksForPassword ? `postgres:${firstPassword}@` : ""}${address}/`,
      name: `MongoDB protocol, FerretDB ${await ferretdbVersion()} on DocumentDB ${version}`,
      parts: [start, startGateway],
    };
  });
  return { ...server, query: (sql) => documentdb.then((made) => made.query(sql)) };
}

async function startMongod(mongod: string): Promise<Mongodb> {
  const folder = await openRunFolder("mongodb");
  return started(folder, async () => {
    const port = await freePort();
    const data = join(folder.path, "data");
    await mkdir(data);
    const setpriv = await findProgram("setpriv");
    const start = () =>
      startProgram({
        command: [
          ...(setpriv === null ? [] : dieWithParent(process.pid)),
          ...[mongod, "--bind_ip", "127.0.0.1", "--port", String(port), "--dbpath", data],
        ],
        env: { PATH: process.env["PATH"], HOME: folder.path },
        cwd: folder.path,
        logFile: join(folder.path, "mongod.log"),
      });
    return { url: `mongodb://127.0.0.1:${port}/`, name: "MongoDB", parts: [start] };
  });
}

async function startInDocker(): Promise<Mongodb> {
  const port = await freePort();
  const container = await createContainer(images.mongodb, [[port, 27017]]);
  const server = { url: `mongodb://127.0.0.1:${port}/`, name: "MongoDB", parts: [container.start] };
  return started(container.folder, async () => server);
}

async function started(
  folder: RunFolder,
  prepare: () => Promise<Database & { parts: Parts }>,
): Promise<Mongodb> {
  let running: Program[] = [];
  const kill = async () => {
    await Promise.all(running.map((program) => program.kill()));
    running = [];
  };
  const stop = () => kill().then(folder.remove);
  try {
    const { url, name, parts } = await prepare();
    const startAll = async () => {
      for (const part of parts) running.push(await part());
      const last = running.at(-1);
      if (last !== undefined) await untilItAnswers(name, last, () => ping(url));
    };
    await startAll();
    return {
      url,
      name: name === "MongoDB" ? await nameOfDatabase(url) : name,
      folder: folder.path,
      kill,
      stop,
      async restart() {
        // The gateway ends first, so that it logs no errors about its database. INT makes PostgreSQL end its clients.
        for (const program of running.reverse()) await program.stop("SIGINT");
        running = [];
        await startAll();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Returns a server's own name and version: "MongoDB 7.0.14", or "MongoDB protocol 7.0.77, FerretDB v2.7.0". */
export async function nameOfDatabase(url: string): Promise<string> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 20_000 });
  try {
    const { version, ferretdb } = BuildInfo.parse(await client.db("admin").command({ buildInfo: 1 }));
    if (ferretdb === undefined) return `MongoDB ${version}`;
    return `MongoDB protocol ${version}, FerretDB ${ferretdb.version}`;
  } finally {
    await client.close();
  }
}

const BuildInfo = z.object({
  version: z.string(),
  ferretdb: z.object({ version: z.string() }).optional(),
});

async function ping(url: string): Promise<void> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 3000, directConnection: true });
  try {
    await client.db("admin").command({ ping: 1 });
  } finally {
    await client.close();
  }
}
