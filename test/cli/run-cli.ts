import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command line of the real program, `dist/main.js`, which must be built first. Its outputs are not a terminal. */
export class CliProcess {
  readonly child: ChildProcessWithoutNullStreams;
  stdout = "";
  stderr = "";
  readonly #closed: Promise<unknown>;

  /** @param env - settings that override those of this process. */
  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    this.child = spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, MONGODB_URL: "", MONGODB_URL_FILE: "", ...env },
    });
    this.#closed = once(this.child, "close");
    // A program that does not read its input may end before everything is written.
    this.child.stdin.on("error", () => undefined);
    this.child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
  }

  /** Resolves when `isReady` is true; rejects if the program ends before. */
  async until(what: string, isReady: () => boolean): Promise<void> {
    while (!isReady()) {
      if (this.child.exitCode !== null) throw new Error(`ended before ${what}: ${this.stdout}${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Waits for the end, after a signal if one is given. */
  async end(signal?: NodeJS.Signals): Promise<CliRun> {
    if (signal !== undefined) this.child.kill(signal);
    await this.#closed;
    return { code: this.child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }
}

/** Runs one command line and waits until it ends. */
export async function runCli(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input: string | Buffer = "",
): Promise<CliRun> {
  const run = new CliProcess(args, env);
  run.child.stdin.end(input);
  return run.end();
}
