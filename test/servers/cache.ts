/**
 * What takes long to make is made once and kept outside the checkout, in `XDG_CACHE_HOME/pulse-ingest` or
 * `~/.cache/pulse-ingest`, under a name with a hash of its recipe. Deleting the folder is always safe.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, readdir, rename, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { runCommand, say } from "./run-command.ts";

/** The folder where everything is kept; it need not be there yet. */
export function cacheFolder(): string {
  const base = process.env["XDG_CACHE_HOME"];
  return join(base === undefined || base === "" ? join(homedir(), ".cache") : base, "pulse-ingest");
}

/** Twelve hexadecimal digits that change with any part of the recipe. */
export function recipeHash(recipe: unknown): string {
  return createHash("sha256").update(JSON.stringify(recipe)).digest("hex").slice(0, 12);
}

/**
 * The path of a cached file or folder, made now when it is not there. Two runs at once make it once. It is made
 * under another name and renamed at the end, so that a half-made one is never taken for a whole one.
 *
 * @param name - the name in the cache, with the recipe's hash in it.
 * @param make - makes it at the path that it is given, where nothing is yet.
 */
export async function madeOnce(name: string, make: (path: string) => Promise<void>): Promise<string> {
  const folder = cacheFolder();
  const path = join(folder, name);
  if (await isThere(path)) return path;
  await mkdir(folder, { recursive: true });
  return withLock(name, async () => {
    // Another run may have made it while this one waited for the lock.
    if (await isThere(path)) return path;
    for (const left of await readdir(folder)) {
      if (!left.startsWith(`${name}.making`)) continue;
      // Left by a maker that was killed: the lock is ours, so nobody is at work on it. Should one of its children still
      // write there, what it leaves is for the next maker to remove.
      await removeTree(join(folder, left)).catch(() => undefined);
    }
    const aside = `${path}.making-${process.pid}`;
    try {
      await make(aside);
      await rename(aside, path);
    } finally {
      await removeTree(aside);
    }
    return path;
  });
}

/**
 * Runs `work` while no other process on this machine runs work under the same name.
 *
 * The lock is the kernel's (`flock`), held by a child that ends when its standard input closes: whatever way this
 * process ends, the lock is free again, and nothing has to be judged stale.
 */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  await mkdir(cacheFolder(), { recursive: true });
  const file = join(cacheFolder(), `${name}.lock`);
  const holder = spawn("flock", [file, "sh", "-c", "echo held; exec cat"], {
    stdio: ["pipe", "pipe", "inherit"],
    // Away from the terminal's group: Ctrl-C must not free the lock while its owner still cleans up.
    detached: true,
  });
  const ended = once(holder, "close");
  const impatience = setTimeout(() => say(`waiting for another run that is at work on ${name}`), 2000);
  const [first] = await Promise.race([once(holder.stdout, "data"), ended]);
  clearTimeout(impatience);
  if (!Buffer.isBuffer(first)) throw new Error(`flock could not lock ${file}`);
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}

/** Removes a folder, and never what may be mounted in it. */
export async function removeTree(path: string): Promise<void> {
  if (await isThere(path)) await runCommand("rm", ["-rf", "--one-file-system", path]);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
