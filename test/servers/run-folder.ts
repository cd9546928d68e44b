import { spawn } from "node:child_process";
import { mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for one server's data and logs. It is removed when this process ends, or before. */
export type RunFolder = { readonly path: string; remove(): Promise<void> };

/**
 * Creates a folder in the system's temporary folder.
 *
 * A shell waits at the other end of a pipe, and removes the folder when the pipe closes: on `remove()`, and also if
 * this process ends in any other way, including SIGKILL. The servers in the folder end at the same moment
 * and may still be writing, so the shell tries for some seconds.
 *
 * @param lastAct - a command that the shell runs first, to end what no death signal reaches, such as a container.
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
  // The shell and its pipe must not keep this process alive.
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
