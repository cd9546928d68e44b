import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { withLock } from "./cache.ts";
import { findProgram, runCommand, say } from "./run-command.ts";
import { wordsOf } from "./server-missing.ts";

/** Returns the reason why apt cannot install anything here, or null if it can. */
export async function whyNoApt(): Promise<string | null> {
  if ((await findProgram("apt-get")) === null) return "there is no apt-get on this machine";
  if (process.getuid?.() !== 0) return "only root can install with apt-get, and this is not root";
  return null;
}

/**
 * Installs a Debian package, and updates the package lists if they do not have it. No service in the package is
 * started or enabled for the next boot. This also works on machines that cannot start services.
 *
 * @throws Error with apt's last output.
 */
export async function aptInstall(packageName: string): Promise<void> {
  await withLock("apt", async () => {
    // Another run may have installed it while this one waited for the lock.
    if (await isInstalled(packageName)) return;
    say(`installing Debian's ${packageName}`);
    const before = await systemdUnits();
    const allowServices = await forbidServices();
    try {
      await install(packageName).catch(async () => {
        await update();
        await install(packageName);
      });
    } finally {
      await allowServices();
    }
    await switchOff((await systemdUnits()).filter((unit) => !before.includes(unit)));
  });
}

async function isInstalled(packageName: string): Promise<boolean> {
  const about = await runCommand("dpkg-query", ["-s", packageName]).catch(() => "");
  return about.includes("Status: install ok installed");
}

/** Returns the version of a package that apt would install, or null. The lists are updated first if they do not have it. */
export async function aptCandidate(packageName: string): Promise<string | null> {
  const found = await candidateInLists(packageName);
  if (found !== null || (await whyNoApt()) !== null) return found;
  return withLock("apt", async () => {
    // Another run may have updated them while this one waited for the lock.
    if ((await candidateInLists(packageName)) === null) await update();
    return candidateInLists(packageName);
  });
}

async function candidateInLists(packageName: string): Promise<string | null> {
  const policy = await runCommand("apt-cache", ["policy", packageName]).catch(() => "");
  const version = /Candidate: (\S+)/.exec(policy)?.[1];
  return version === undefined || version === "(none)" ? null : version;
}

async function update(): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await runCommand("apt-get", ["update", "-q"], { env: aptEnvironment() });
      return;
    } catch (error) {
      // apt cannot wait for the lock of the lists, and a new machine often updates them in the background.
      if (tries === 60 || !wordsOf(error).includes("Could not get lock")) throw error;
      await wait(1000);
    }
  }
}

async function install(packageName: string): Promise<void> {
  // Wait for another apt in progress, such as a nightly upgrade.
  const options = ["-q", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"];
  await runCommand("apt-get", [...options, "install", packageName], { env: aptEnvironment() });
}

function aptEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
}

async function systemdUnits(): Promise<string[]> {
  const units = await readdir("/lib/systemd/system").catch(() => []);
  return units.filter((unit) => /^[^@]+\.(service|socket|timer)$/.test(unit));
}

/** Disables services like `systemctl disable`, also on machines without systemd that may be started with it later. */
async function switchOff(units: readonly string[]): Promise<void> {
  const folder = "/etc/systemd/system";
  const wants = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".wants"));
  for (const wanting of wants) {
    for (const unit of units) await rm(join(folder, wanting, unit), { force: true });
  }
}

/**
 * Sets Debian's own switch against starting services during installation, unless the machine has set it already.
 *
 * @returns a function that removes the switch. It is also removed if this process is killed.
 */
async function forbidServices(): Promise<() => Promise<void>> {
  const path = "/usr/sbin/policy-rc.d";
  if (existsSync(path)) return async () => undefined;
  const script = `#!/bin/sh
# Made by pulse-ingest's test servers for one installation, and of no effect once process ${process.pid} has ended.
kill -0 ${process.pid} 2>/dev/null && exit 101
exit 0
`;
  await writeFile(path, script, { mode: 0o755 });
  return () => rm(path, { force: true });
}

/**
 * Returns the mirror from which this machine installs its release: an http(s) address, or null.
 *
 * @param etcApt - the folder of apt's settings; a different one in tests.
 */
export async function findMirror(codename: string, etcApt = "/etc/apt"): Promise<string | null> {
  const parts = await readdir(`${etcApt}/sources.list.d`).catch(() => []);
  const files = [`${etcApt}/sources.list`, ...parts.sort().map((name) => `${etcApt}/sources.list.d/${name}`)];
  for (const file of files) {
    const text = await readFile(file, "utf8").catch(() => "");
    const mirror = file.endsWith(".sources") ? mirrorInDeb822(text, codename) : mirrorInList(text, codename);
    if (mirror !== null) return mirror;
  }
  return null;
}

/** Returns the mirror in a file of `deb URI SUITE COMPONENT...` lines. */
export function mirrorInList(text: string, codename: string): string | null {
  for (const line of text.split("\n")) {
    const [, address, suite, components] =
      /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.*)$/.exec(line.replace(/#.*/, "")) ?? [];
    if (isMirror(address, suite?.split(" "), components?.split(/\s+/), codename)) return address ?? null;
  }
  return null;
}

/** Returns the mirror in a file of deb822 stanzas (`Types:`, `URIs:`, `Suites:`, `Components:`). */
export function mirrorInDeb822(text: string, codename: string): string | null {
  const withoutComments = text.replace(/^#.*\n?/gm, "");
  for (const stanza of withoutComments.split(/\n\s*\n/)) {
    // A line that begins with a space continues the previous line.
    const lines = stanza.replace(/\n[ \t]+/g, " ").split("\n");
    const field = (name: string) => {
      const line = lines.find((each) => each.toLowerCase().startsWith(`${name}:`));
      return (
        line
          ?.slice(name.length + 1)
          .trim()
          .split(/\s+/) ?? []
      );
    };
    if (/^(no|false|off|0)$/i.test(field("enabled")[0] ?? "") || !field("types").includes("deb")) continue;
    const [address] = field("uris");
    if (isMirror(address, field("suites"), field("components"), codename)) return address ?? null;
  }
  return null;
}

/** Returns whether this is Debian itself, which has `main` of the plain suite, and not its security archive or foreign packages. */
function isMirror(
  address: string | undefined,
  suites: readonly string[] | undefined,
  components: readonly string[] | undefined,
  codename: string,
): boolean {
  if (!/^https?:\/\/[^/]+\/(.*\/)?debian\/?$/.test(address ?? "")) return false;
  const ours = [codename, "stable", "testing", "unstable", "sid"];
  return (suites?.some((suite) => ours.includes(suite)) && components?.includes("main")) ?? false;
}
