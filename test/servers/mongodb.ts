/**
 * A private server that speaks MongoDB's protocol: on ports of its own on 127.0.0.1, with its own data folder, ended with
 * the process that started it. MongoDB itself where it is installed, else FerretDB on DocumentDB; `name` says which.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import { z } from "zod";
import { findDebianRoot } from "./debian-root.ts";
import { createDocumentdb } from "./documentdb.ts";
import { ferretdbVersion, findFerretdb } from "./ferretdb.ts";
import { freePort } from "./free-port.ts";
import { dieWithParent, type Program, startProgram, untilItAnswers } from "./program.ts";
import { findProgram, runCommand } from "./run-command.ts";
import { openRunFolder } from "./run-folder.ts";

/** A server that answers to MongoDB's protocol. */
export type Database = {
  /** `mongodb://127.0.0.1:PORT/` */
  readonly url: string;
  /** What it really is, for titles and tables: "MongoDB protocol, FerretDB 2.7 on DocumentDB 1.0". */
  readonly name: string;
};

/** A server of one's own, which may be killed and started again. */
export type Mongodb = Database & {
  /** Data and logs; gone after `stop`. */
  readonly folder: string;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
  /** SIGKILL, to every process of it. The data stays, for `restart`. */
  kill(): Promise<void>;
  /** Starts it again on the same port with the same data; one that still runs is shut down first. */
  restart(): Promise<void>;
};

/**
 * Starts a server and waits until it answers.
 *
 * @throws ServerMissing where none can be had.
 */
export async function startMongodb(): Promise<Mongodb> {
  const mongod = process.env["MONGOD"] ?? (await findProgram("mongod"));
  return mongod === null ? startFerretdb() : startMongod(mongod);
}

/** The processes of one server, in the order in which they start. */
type Parts = readonly (() => Promise<Program>)[];

async function startFerretdb(): Promise<Mongodb> {
  const [root, ferretdb] = await Promise.all([findDebianRoot("A MongoDB-protocol server"), findFerretdb()]);
  return started("ferretdb", async (folder) => {
    const [databasePort, port] = [await freePort(), await freePort()];
    const documentdb = await createDocumentdb(root, folder, databasePort);
    const state = join(folder, "ferretdb");
    await mkdir(state);
    const address = `127.0.0.1:${port}`;
    const startGateway = () =>
      startProgram({
        command: [...dieWithParent(process.pid), ferretdb, documentdb.url, address, state],
        env: { PATH: process.env["PATH"], HOME: state, DO_NOT_TRACK: "1" },
        cwd: state,
        logFile: join(folder, "ferretdb.log"),
      });
    return {
      url: `mongodb://${address}/`,
      name: `MongoDB protocol, FerretDB ${await ferretdbVersion()} on DocumentDB ${documentdb.version}`,
      parts: [documentdb.start, startGateway],
    };
  });
}

async function startMongod(mongod: string): Promise<Mongodb> {
  return started("mongodb", async (folder) => {
    const port = await freePort();
    await mkdir(join(folder, "data"));
    const options = ["--bind_ip", "127.0.0.1", "--port", String(port), "--dbpath", join(folder, "data")];
    const setpriv = await findProgram("setpriv");
    const start = () =>
      startProgram({
        command: [...(setpriv === null ? [] : dieWithParent(process.pid)), mongod, ...options],
        env: { PATH: process.env["PATH"], HOME: folder },
        cwd: folder,
        logFile: join(folder, "mongod.log"),
      });
    return { url: `mongodb://127.0.0.1:${port}/`, name: await nameOfProgram(mongod), parts: [start] };
  });
}

async function started(
  purpose: string,
  prepare: (folder: string) => Promise<Database & { parts: Parts }>,
): Promise<Mongodb> {
  const folder = await openRunFolder(purpose);
  let running: Program[] = [];
  try {
    const { url, name, parts } = await prepare(folder.path);
    const startAll = async () => {
      for (const part of parts) running.push(await part());
      const last = running.at(-1);
      if (last !== undefined) await untilItAnswers(name, last, () => ping(url));
    };
    const kill = async () => {
      await Promise.all(running.map((program) => program.kill()));
      running = [];
    };
    await startAll();
    return {
      url,
      name,
      folder: folder.path,
      kill,
      stop: () => kill().then(folder.remove),
      async restart() {
        // The gateway first: it would only complain of a database that has gone. INT makes PostgreSQL end its clients.
        for (const program of running.reverse()) await program.stop("SIGINT");
        running = [];
        await startAll();
      },
    };
  } catch (error) {
    await Promise.all(running.map((program) => program.kill()));
    await folder.remove();
    throw error;
  }
}

/** What a server that was not started here says of itself, such as "MongoDB protocol, version 7.0.77, FerretDB v2.7.0". */
export async function nameOfDatabase(url: string): Promise<string> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5000 });
  try {
    const info = await client.db("admin").command({ buildInfo: 1 });
    const about = BuildInfo.parse(info);
    const gateway = about.ferretdb === undefined ? "" : `, FerretDB ${about.ferretdb.version}`;
    return `MongoDB protocol, version ${about.version}${gateway}`;
  } finally {
    await client.close();
  }
}

const BuildInfo = z.object({
  version: z.string(),
  ferretdb: z.object({ version: z.string() }).optional(),
});

/** "MongoDB 7.0.14", from the first line of `mongod --version` ("db version v7.0.14"). */
async function nameOfProgram(mongod: string): Promise<string> {
  const [, version] = /version v(\S+)/.exec(await runCommand(mongod, ["--version"])) ?? [];
  return version === undefined ? "MongoDB" : `MongoDB ${version}`;
}

async function ping(url: string): Promise<void> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 1000, directConnection: true });
  try {
    await client.db("admin").command({ ping: 1 });
  } finally {
    await client.close();
  }
}
