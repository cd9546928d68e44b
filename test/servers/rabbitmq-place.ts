/** Where a RabbitMQ's programs are and how they are started there. */
import { chown, readdir } from "node:fs/promises";
import { join } from "node:path";
import { aptCandidate, aptInstall, whyNoApt } from "./apt.ts";
import { findDebianRoot } from "./debian-root.ts";
import { dieWithParent } from "./program.ts";
import { findProgram, runCommand } from "./run-command.ts";
import { ServerMissing } from "./server-missing.ts";

/** 3: the series of Debian 12. 4: the one of Debian testing. any: the first that is there. */
export type RabbitmqSeries = "3" | "4" | "any";

export type RabbitmqPlace = {
  /** The scripts' own path: they become the Erlang VM by exec. */
  readonly server: string;
  readonly epmd: string;
  /** The name under which the servers there know the run's folder. */
  readonly folder: string;
  /** The command that becomes this program, as the right user, ended with this process. */
  command(program: readonly string[]): Promise<string[]>;
  /** Gives the run's folder to the user as whom the programs run. */
  own(path: string): Promise<void>;
};

/**
 * The first place with a RabbitMQ of this series: this machine; Debian's package, installed now; the server root.
 *
 * @param runFolder - the folder on this machine for the node's data.
 * @throws ServerMissing where there is none.
 */
export async function findRabbitmqPlace(series: RabbitmqSeries, runFolder: string): Promise<RabbitmqPlace> {
  const installed = await installedSeries();
  if (installed !== null && (series === "any" || series === installed)) return onMachine(runFolder);

  const reasons = [
    installed === null ? "no rabbitmq-server on this machine" : `this machine has series ${installed}`,
  ];
  if (installed === null && (await offeredSeries(series))) {
    const why = await whyNoApt();
    if (why === null) {
      await aptInstall("rabbitmq-server");
      return onMachine(runFolder);
    }
    reasons.push(why);
  }
  if (series !== "3") {
    try {
      return await inRoot(runFolder);
    } catch (error) {
      if (!(error instanceof ServerMissing)) throw error;
      reasons.push(`no server root: ${error.why}`);
    }
  } else {
    reasons.push("Debian 12 is the release with series 3");
  }
  throw new ServerMissing(
    series === "any" ? "RabbitMQ" : `RabbitMQ ${series}`,
    reasons.join("; "),
    "install rabbitmq-server (`sudo apt-get install rabbitmq-server`), or start Docker",
  );
}

/** The series that is installed on this machine, or null. */
async function installedSeries(): Promise<string | null> {
  if ((await findServerScript()) === null) return null;
  const folders = await readdir("/usr/lib/rabbitmq/lib").catch(() => []);
  const version = folders
    .find((name) => name.startsWith("rabbitmq_server-"))
    ?.slice("rabbitmq_server-".length);
  if (version !== undefined) return version.split(".")[0] ?? null;
  return (await runCommand("rabbitmqctl", ["version"]).catch(() => "")).trim().split(".")[0] || null;
}

/** Whether this Debian's own package is of that series. */
async function offeredSeries(series: RabbitmqSeries): Promise<boolean> {
  const offered = (await aptCandidate("rabbitmq-server"))?.split(".")[0];
  return offered !== undefined && (series === "any" || series === offered);
}

/** The script itself: Debian puts one before it on the PATH that insists on root and changes the user by `su`. */
async function findServerScript(): Promise<string | null> {
  return (
    (await findProgram("rabbitmq-server", ["/usr/lib/rabbitmq/bin"])) ??
    (await findProgram("rabbitmq-server"))
  );
}

async function onMachine(runFolder: string): Promise<RabbitmqPlace> {
  const server = await findServerScript();
  const epmd = (await findProgram("epmd")) ?? (await epmdBesideErlang());
  if (server === null || epmd === null)
    throw new Error("rabbitmq-server is installed, but not where it is looked for");
  const identity = process.getuid?.() === 0 ? await identityOf("rabbitmq") : null;
  const setpriv = await findProgram("setpriv");
  const asUser =
    identity === null ? [] : [`--reuid=${identity.uid}`, `--regid=${identity.gid}`, "--clear-groups"];
  return {
    server,
    epmd,
    folder: runFolder,
    // Where there is no setpriv (macOS) a node outlives a parent that is killed; ended in order, it ends too.
    command: async (program) => [...(setpriv === null ? [] : dieWithParent(process.pid, asUser)), ...program],
    own: async (path) => (identity === null ? undefined : chown(path, identity.uid, identity.gid)),
  };
}

async function inRoot(runFolder: string): Promise<RabbitmqPlace> {
  const root = await findDebianRoot("RabbitMQ 4");
  const { uid, gid } = await root.identity("rabbitmq");
  return {
    server: "/usr/lib/rabbitmq/bin/rabbitmq-server",
    epmd: "/usr/bin/epmd",
    folder: "/srv",
    command: (program) => root.command("rabbitmq", runFolder, program),
    own: (path) => chown(path, uid, gid),
  };
}

async function epmdBesideErlang(): Promise<string | null> {
  const erl = await findProgram("erl");
  if (erl === null) return null;
  const home = await runCommand(erl, ["-noshell", "-eval", "io:put_chars(code:root_dir()), halt()."]);
  return join(home, "bin", "epmd");
}

async function identityOf(user: string): Promise<{ uid: number; gid: number } | null> {
  try {
    const [uid, gid] = [await runCommand("id", ["-u", user]), await runCommand("id", ["-g", user])];
    return { uid: Number(uid), gid: Number(gid) };
  } catch {
    return null;
  }
}
