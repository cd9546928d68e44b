import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const holder = fileURLToPath(new URL("lock-holder.mjs", import.meta.url));

/** Has another process lock the embedded store of this folder. Gives what ends the lock; it ends with this process too. */
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
