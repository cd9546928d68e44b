import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const holder = fileURLToPath(new URL("lock-holder.mjs", import.meta.url));

/**
 * Makes another process lock the embedded store in this folder. Returns a function that releases the lock, which also ends with this
 * process.
 */
export async function holdLock(folder: string): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, [holder, join(folder, "pulse-ingest.db")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const [first] = await Promise.race([once(child.stdout, "data"), ended]);
  if (String(first) !== "locked\n") throw new Error(`the lock's holder ended with ${first}`);
  return async () => {
    child.stdin.end();
    await ended;
  };
}
