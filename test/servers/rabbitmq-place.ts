/** Finds RabbitMQ's programs and how to start them. */
import { chown, readdir } from "node:fs/promises";
import { join } from "node:path";
import { aptCandidate, aptInstall, whyNoApt } from "./apt.ts";
import { findDebianRoot } from "./debian-root.ts";
import { dieWithParent } from "./program.ts";
import { findProgram, runCommand } from "./run-command.ts";
import { ServerMissing } from "./server-missing.ts";

/** `3` is the series of Debian 12, `4` that of Debian testing, `any` the first one that is found. */
export type RabbitmqSeries = "3" | "4" | "any";

export type RabbitmqPlace = {
  /** The path of the server's script, which replaces itself by the Erlang VM (exec). */
  readonly server: string;
  readonly epmd: string;
  /** The path of the run's folder for the programs there. */
  readonly folder: string;
  /** Returns the command that runs this program as the right user, and that ends with this process. */
  command(program: readonly string[]): Promise<string[]>;
  /** Makes the user of the programs the owner of the run's folder. */
  own(path: string): Promise<void>;
};

/**
 * Returns the first place with a RabbitMQ of this series: this machine; Debian's package, installed now; the server root.
 *
 * @param runFolder - the folder on this machine for the node's data.
 * @throws ServerMissing if there is none.
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

/** Returns the series that is installed on this machine, or null if none is. */
async function installedSeries(): Promise<string | null> {
  if ((await findServerScript()) === null) return null;
  const folders = await readdir("/usr/lib/rabbitmq/lib").catch(() => []);
  const version = folders
    .find((name) => name.startsWith("rabbitmq_server-"))
    ?.slice("rabbitmq_server-".length);
  if (version !== undefined) return version.split(".")[0] ?? null;
  return (await runCommand("rabbitmqctl", ["version"]).catch(() => "")).trim().split(".")[0] || null;
}

/** Returns whether this Debian's own package has that series. */
async function offeredSeries(series: RabbitmqSeries): Promise<boolean> {
  const offered = (await aptCandidate("rabbitmq-server"))?.split(".")[0];
  return offered !== undefined && (series === "any" || series === offered);
}

/** Returns the path of the script itself. Debian's wrapper on the PATH needs root and changes the user with `su`. */
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
    // Without setpriv (macOS), a node survives if its parent is killed. It still ends if its parent ends normally.
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
