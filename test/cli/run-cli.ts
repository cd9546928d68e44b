import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs one command line with the real program, `dist/main.js` (built before), and waits for its end. Neither of its
 * outputs is a terminal.
 *
 * @param env - settings, over those of this process.
 */
export async function runCli(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input: string | Buffer = "",
): Promise<CliRun> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, MONGODB_URL: "", MONGODB_URL_FILE: "", ...env },
  });
  // A program that does not read its input may be gone before all is written.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code: child.exitCode, stdout, stderr };
}
