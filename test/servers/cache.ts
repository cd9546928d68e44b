/**
 * Files that take long to make are made once and kept outside the checkout, in `XDG_CACHE_HOME/pulse-ingest` or
 * `~/.cache/pulse-ingest`, under a name with a hash of their recipe. Deleting the folder is always safe.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, readdir, rename, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { runCommand, say } from "./run-command.ts";

/** Returns the folder of the cache, which may not exist yet. */
export function cacheFolder(): string {
  const base = process.env["XDG_CACHE_HOME"];
  return join(base === undefined || base === "" ? join(homedir(), ".cache") : base, "pulse-ingest");
}

/** Returns twelve hexadecimal digits that change with any part of the recipe. */
export function recipeHash(recipe: unknown): string {
  return createHash("sha256").update(JSON.stringify(recipe)).digest("hex").slice(0, 12);
}

/**
 * Returns the path of a cached file or folder, which is made if it is missing. Concurrent runs make it once. It is made
 * under another name and renamed at the end, so that an incomplete one is never used.
 *
 * @param name - the name in the cache, with the recipe's hash in it.
 * @param make - makes it at the given path, where nothing exists yet.
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
      // A killed process may have left this. We hold the lock, so nobody is working on it. If one of its children still
      // writes there, the next run removes the remains.
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
 * Runs `work` while no other process on this machine runs work with the same name.
 *
 * The lock is a kernel lock (`flock`), held by a child that ends when its standard input closes. However this
 * process ends, the lock is released, so there are no stale locks.
 */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  await mkdir(cacheFolder(), { recursive: true });
  const file = join(cacheFolder(), `${name}.lock`);
  const holder = spawn("flock", [file, "sh", "-c", "echo held; exec cat"], {
    stdio: ["pipe", "pipe", "inherit"],
    // The child is not in the terminal's process group, because Ctrl-C must not release the lock while its owner cleans up.
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

/** Removes a folder, but never the contents of file systems that are mounted in it. */
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
