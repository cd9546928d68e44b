import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as z from "zod";

/** How one job message ended, as the worker tells it at log level `debug`. */
const jobEnded = z.object({ event: z.literal("job_ended"), guid: z.string().nullable(), outcome: z.string() });
export type JobEnded = z.infer<typeof jobEnded>;

const logLine = z.looseObject({ event: z.string(), level: z.string() });

/** The real worker, `dist/main.js start`, as a process of its own. */
export class Worker {
  readonly #child: ChildProcess;
  readonly #ended: JobEnded[] = [];
  readonly #waiting: { isReady: () => boolean; resolve: () => void }[] = [];
  readonly #troubles: string[] = [];
  #consuming = false;
  #exited = false;

  constructor(env: NodeJS.ProcessEnv) {
    const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
    this.#child = spawn(process.execPath, [main, "start"], {
      env: { ...process.env, ...env, LOG_LEVEL: "debug" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.once("exit", () => {
      this.#exited = true;
      this.#look();
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface(stream).on("line", (line) => this.#read(line));
    }
  }

  #read(line: string): void {
    const value = parseLine(line);
    const parsed = logLine.safeParse(value);
    if (!parsed.success || parsed.data.level === "error" || parsed.data.level === "warn") this.#troubles.push(line);
    if (parsed.data?.event === "consuming") this.#consuming = true;
    const ended = jobEnded.safeParse(value);
    if (ended.success) this.#ended.push(ended.data);
    this.#look();
  }

  #look(): void {
    for (const waiting of this.#waiting) if (this.#exited || waiting.isReady()) waiting.resolve();
  }

  async #until(isReady: () => boolean, what: string): Promise<void> {
    if (isReady()) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ isReady, resolve });
      timer = setTimeout(() => reject(new Error(`${what} took more than 30 s. ${this.troubles()}`)), 30_000);
    }).finally(() => clearTimeout(timer));
    if (!isReady()) throw new Error(`The worker ended before ${what}. ${this.troubles()}`);
  }

  /** What it complained of, for people. */
  troubles(): string {
    return this.#troubles.length === 0 ? "" : `The worker said:\n${this.#troubles.join("\n")}`;
  }

  async untilConsuming(): Promise<void> {
    await this.#until(() => this.#consuming, "it was consuming");
  }

  /** The ends of the next jobs, in their order, `count` of them after the first `from`. */
  async ends(from: number, count: number): Promise<JobEnded[]> {
    await this.#until(() => this.#ended.length >= from + count, "all messages had ended");
    return this.#ended.slice(from, from + count);
  }

  /** Asks it to stop (SIGTERM), and gives its exit code. */
  async stop(): Promise<number | null> {
    if (!this.#exited) {
      this.#child.kill("SIGTERM");
      await once(this.#child, "exit");
    }
    return this.#child.exitCode;
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Not a log line: shown as it is if anything goes wrong.
    return null;
  }
}
