import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command of the real program, `dist/main.js`, which must be built first. Its outputs are not a terminal. */
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
    // A program that does not read its input may end before everything is written to it.
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

  /** Waits for the end, after sending a signal if one is given. */
  async end(signal?: NodeJS.Signals): Promise<CliRun> {
    if (signal !== undefined) this.child.kill(signal);
    await this.#closed;
    return { code: this.child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }
}

/**
 * Commands that need a process of their own: they run until a signal, start threads of the compiled program, or inspect errors of
 * Node's own, which have another class inside a test.
 */
const ownProcess = new Set(["start", "inspect", "parse-log", "status"]);

/**
 * Runs one command line and waits until it ends. Most commands run in this process, which saves the start of Node.js; they
 * read the same input, write to the same outputs and get the same environment. See {@link runProcess} for the program itself.
 */
export async function runCli(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input: string | Buffer = "",
): Promise<CliRun> {
  if (ownProcess.has(args[0] ?? "")) return runProcess(args, env, input);
  const run = latest.then(() => runHere(args, env, input));
  // The next command waits for this one, because they share the outputs.
  latest = run.catch(() => undefined);
  return run;
}

let latest: Promise<unknown> = Promise.resolve();

async function runHere(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input: string | Buffer,
): Promise<CliRun> {
  const { runCommand } = await import("../../src/cli/commands.ts");
  const before = { ...process.env };
  const outputs = { stdout: capture(process.stdout), stderr: capture(process.stderr) };
  const stdin = Object.getOwnPropertyDescriptor(process, "stdin");
  Object.defineProperty(process, "stdin", { value: Readable.from([Buffer.from(input)]), configurable: true });
  setEnvironment({ ...before, MONGODB_URL: "", MONGODB_URL_FILE: "", ...env });
  try {
    const code = await runCommand(args);
    return { code, stdout: outputs.stdout.text(), stderr: outputs.stderr.text() };
  } finally {
    setEnvironment(before);
    if (stdin !== undefined) Object.defineProperty(process, "stdin", stdin);
    outputs.stdout.end();
    outputs.stderr.end();
  }
}

function setEnvironment(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (env[name] === undefined) delete process.env[name];
  for (const [name, value] of Object.entries(env)) if (value !== undefined) process.env[name] = value;
}

/** Collects what is written to an output until the end. */
function capture(output: NodeJS.WriteStream): { text(): string; end(): void } {
  const { write } = output;
  let written = "";
  output.write = (text: string | Uint8Array): boolean => {
    written += String(text);
    return true;
  };
  return {
    text: () => written,
    end() {
      output.write = write;
    },
  };
}

/** Runs one command line of the program, in a process of its own, and waits until it ends. */
export async function runProcess(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input: string | Buffer = "",
): Promise<CliRun> {
  const run = new CliProcess(args, env);
  run.child.stdin.end(input);
  return run.end();
}
