import { spawn } from "node:child_process";
import { mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for one server's data and logs, removed with this process at the latest. */
export type RunFolder = { readonly path: string; remove(): Promise<void> };

/**
 * Makes a new folder under the system's temporary one.
 *
 * A shell waits at the other end of a pipe and removes the folder when the pipe closes: on `remove()`, and also when
 * this process ends in any other way, SIGKILL included. The servers in it die of the same death at the same moment
 * and may still be writing, so removing is tried for some seconds.
 *
 * @param lastAct - a command that the shell runs first, for what no death signal reaches, such as a container.
 */
export async function openRunFolder(
  purpose: string,
  lastAct: readonly string[] = ["true"],
): Promise<RunFolder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), `pulse-ingest-${purpose}-`)));
  const script = 'cat; "$@"; for try in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$0" && exit; sleep 0.3; done';
  const remover = spawn("sh", ["-c", script, path, ...lastAct], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
    cwd: "/",
  });
  const removed = new Promise<void>((resolve, reject) => {
    remover.once("error", reject);
    remover.once("close", () => resolve());
  });
  // Neither the shell nor its pipe may keep a process alive that has nothing else to do.
  remover.unref();
  const { stdin } = remover;
  if ("unref" in stdin && typeof stdin.unref === "function") stdin.unref();
  return {
    path,
    async remove() {
      remover.ref();
      stdin.end();
      await removed;
    },
  };
}
