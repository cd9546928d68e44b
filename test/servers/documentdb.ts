/** PostgreSQL 18 with DocumentDB, from the server root. It stores the data of the server that speaks MongoDB's protocol. */
import { appendFile, chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DebianRoot } from "./debian-root.ts";
import { type Program, startProgram, untilItAnswers } from "./program.ts";
import { runCommand } from "./run-command.ts";

const bin = "/usr/lib/postgresql/18/bin";

/** The password of user `postgres`, for a gateway that asks for one. PostgreSQL itself trusts local clients. */
export const firstPassword = "first-password";

/** A PostgreSQL that can be started and stopped any number of times over the same data. */
export type Documentdb = {
  /** `postgres://postgres@127.0.0.1:PORT/postgres` */
  readonly url: string;
  /** The version, such as "1.0". */
  readonly version: string;
  start(): Promise<Program>;
  /** Sends a query to PostgreSQL as its superuser, for what MongoDB's protocol cannot express. */
  query(sql: string): Promise<string>;
};

/** Creates an empty database cluster in `folder`. Nothing runs yet. Writes are durable, because fsync stays on. */
export async function createDocumentdb(root: DebianRoot, folder: string, port: number): Promise<Documentdb> {
  const { uid, gid } = await root.identity("postgres");
  await mkdir(join(folder, "pg"));
  for (const path of [folder, join(folder, "pg")]) await chown(path, uid, gid);

  await writeFile(join(folder, "password"), firstPassword);
  const initdb = `${bin}/initdb -D /srv/pg/data -A trust -U postgres --pwfile /srv/password --no-locale -E UTF8`;
  await runIn(root, folder, initdb.split(" "));
  await appendFile(join(folder, "pg/data/postgresql.conf"), serverSettings(port));

  const query = (sql: string) =>
    runIn(root, folder, [
      `${bin}/psql`,
      "-XAtq",
      ...`-h 127.0.0.1 -p ${port} -U postgres`.split(" "),
      "-c",
      sql,
    ]);

  async function start(): Promise<Program> {
    const program = await startProgram({
      command: await root.command("postgres", folder, [`${bin}/postgres`, "-D", "/srv/pg/data"]),
      env: environment(),
      cwd: "/",
      logFile: join(folder, "postgresql.log"),
    });
    // The gateway needs the extension when it starts.
    await untilItAnswers("PostgreSQL", program, () =>
      query("SET client_min_messages = error; CREATE EXTENSION IF NOT EXISTS documentdb CASCADE"),
    );
    return program;
  }

  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    version: await versionIn(root, folder),
    start,
    query,
  };
}

/** Returns the version of the extension in the root, from its control file. */
async function versionIn(root: DebianRoot, folder: string): Promise<string> {
  const control = "/usr/share/postgresql/18/extension/documentdb.control";
  const text = await runIn(root, folder, ["cat", control]);
  return /default_version\s*=\s*'(\d+\.\d+)/.exec(text)?.[1] ?? "";
}

async function runIn(root: DebianRoot, folder: string, program: readonly string[]): Promise<string> {
  const [command = "", ...args] = await root.command("postgres", folder, program);
  return runCommand(command, args, { env: environment() });
}

function environment(): NodeJS.ProcessEnv {
  return { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8", HOME: "/srv" };
}

function serverSettings(port: number): string {
  return `
port = ${port}
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_preload_libraries = 'pg_cron,pg_documentdb_core,pg_documentdb'
cron.database_name = 'postgres'
cron.host = '127.0.0.1'
cron.log_run = off
max_connections = 200
`;
}
