/**
 * The server root: a folder with Debian testing, for servers that neither this machine nor its own Debian release
 * has. It is made once, which takes about half a minute and 650 MB, and is kept in the cache.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { aptInstall, findMirror, whyNoApt } from "./apt.ts";
import { madeOnce, recipeHash } from "./cache.ts";
import { withValidIndex } from "./index-validity.ts";
import { dieWithParent } from "./program.ts";
import { findProgram, lastLines, runCommand, say } from "./run-command.ts";
import { ServerMissing, wordsOf } from "./server-missing.ts";

const suite = "forky";
const servers = ["postgresql-18-documentdb", "rabbitmq-server"];
const options = [
  "--variant=apt",
  '--aptopt=Apt::Install-Recommends "false"',
  "--dpkgopt=path-exclude=/usr/share/doc/*",
  "--dpkgopt=path-exclude=/usr/share/locale/*",
  "--dpkgopt=path-exclude=/usr/share/man/*",
];

/** This machine's certificates. Builds inside the root use them for downloads. */
export const certificates = "/etc/ssl/certs/ca-certificates.crt";
const ownNamespaces = ["--mount", "--ipc", "--propagation", "private"];

export type DebianRoot = {
  /** The root's path on this machine. */
  readonly path: string;
  /** Returns the numeric ids of one of its users. @throws Error if there is no such user. */
  identity(user: string): Promise<{ uid: number; gid: number }>;
  /**
   * Returns the command that runs `program` inside the root, as `user`, with `folder` as its `/srv`.
   *
   * Each command has mounts and System V memory of its own, so servers share nothing except the root, and
   * nothing stays mounted. It is one process, a child of the caller. The kernel kills it when the caller dies.
   */
  command(user: string, folder: string, program: readonly string[]): Promise<string[]>;
};

/**
 * Returns the root, and makes it if needed.
 *
 * @param server - the server that needs it, for the error message.
 * @param packages - the packages in it. Default: the servers. Different packages need a different root.
 * @throws ServerMissing if it cannot be made: not root, not Debian, or no apt.
 */
export async function findDebianRoot(
  server: string,
  packages: readonly string[] = servers,
): Promise<DebianRoot> {
  const hash = recipeHash([suite, packages, options, process.arch]);
  const why = await whyNoDebianRoot();
  if (why !== null) throw new ServerMissing(server, why, "run as root on Debian");
  const path = await madeOnce(`debian-root-${hash}`, (aside) => make(aside, packages, server));
  return { path, identity: (user) => identityIn(path, user), command: (...all) => commandIn(path, ...all) };
}

/** Returns the reason why a server root cannot be made here, or null if one can. */
export async function whyNoDebianRoot(): Promise<string | null> {
  if (process.platform !== "linux") return "the server root needs Linux";
  const why = await whyNoApt();
  if (why !== null) return why;
  try {
    // Root in a container is often not allowed to mount.
    await runCommand("unshare", [...ownNamespaces, "sh", "-c", "mount -t tmpfs tmpfs /tmp"]);
    return null;
  } catch (error) {
    return `root may not mount anything here (${lastLines(wordsOf(error), 1)})`;
  }
}

async function make(path: string, packages: readonly string[], server: string): Promise<void> {
  const codename =
    /^VERSION_CODENAME=(\S+)/m.exec(await readFile("/etc/os-release", "utf8"))?.[1] ?? "stable";
  const mirror = await findMirror(codename);
  if (mirror === null) {
    throw new ServerMissing(server, `no Debian mirror for ${codename} in /etc/apt`, "run as root on Debian");
  }
  if ((await findProgram("mmdebstrap")) === null) await aptInstall("mmdebstrap");
  say(`making the server root in ${path}: about half a minute, once`);
  const started = Date.now();
  await withValidIndex(
    async (more) => {
      const what = [...options, ...more, `--include=${packages.join(",")}`, suite, path, mirror];
      const [program = "", ...args] = [...dieWithParent(process.pid), "mmdebstrap", ...what];
      await runCommand(program, args);
    },
    () => rm(path, { recursive: true, force: true }),
  );
  // The mount point for the run's folder must exist before the root is shared.
  await mkdir(join(path, "srv"), { recursive: true });
  say(`made the server root in ${Math.round((Date.now() - started) / 1000)} s`);
}

async function identityIn(path: string, user: string): Promise<{ uid: number; gid: number }> {
  const lines = (await readFile(join(path, "etc/passwd"), "utf8")).split("\n").map((line) => line.split(":"));
  const [, , uid, gid] = lines.find(([name]) => name === user) ?? [];
  if (uid === undefined || gid === undefined) throw new Error(`no user ${user} in ${path}`);
  return { uid: Number(uid), gid: Number(gid) };
}

async function commandIn(
  path: string,
  user: string,
  folder: string,
  program: readonly string[],
): Promise<string[]> {
  const { uid, gid } = await identityIn(path, user);
  const ours = ["/etc/resolv.conf", certificates].filter(
    (file) => existsSync(file) && existsSync(join(path, file)),
  );
  const script = `
    set -e
    mount -t proc proc "$0/proc"
    mount -t tmpfs -o mode=1777,size=1g tmpfs "$0/dev/shm"
    mount -t tmpfs -o mode=1777 tmpfs "$0/tmp"
    mount --bind "$1" "$0/srv"
    ${ours.map((file) => `mount --bind ${file} "$0${file}"`).join("\n")}
    root=$0; shift
    exec chroot "$root" "$@"`;
  const identity = [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"];
  return [
    ...["unshare", ...ownNamespaces, "sh", "-c", script, path, folder],
    ...dieWithParent(process.pid, identity),
    ...program,
  ];
}
