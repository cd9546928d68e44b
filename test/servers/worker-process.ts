import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as z from "zod";

const logLine = z.looseObject({ time: z.string(), event: z.string(), level: z.string() });
/** A line of the worker's log. */
export type LogLine = z.infer<typeof logLine>;

/** How one job message ended, according to the worker's log at level `debug`. */
export const jobEnded = z.looseObject({
  time: z.string(),
  event: z.literal("job_ended"),
  guid: z.string().nullable(),
  outcome: z.string(),
});
export type JobEnded = z.infer<typeof jobEnded>;

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/**
 * The real worker, `dist/main.js start`, in a process of its own, and its log. It must be built first
 * (`npm run build`; `npm test` and the other scripts do so).
 */
export class WorkerProcess {
  readonly lines: LogLine[] = [];
  readonly #child: ChildProcess;
  readonly #strayLines: string[] = [];
  readonly #watchers = new Set<() => void>();
  #exited = false;
  readonly #closed: Promise<unknown>;

  readonly #onLine: (line: LogLine) => void;

  /**
   * @param env - settings that override those of this process. By default LOG_LEVEL is `debug`, and both ports are free.
   * @param onLine - called with every line of the log.
   * @param main - the program. Default: the one built in this project.
   */
  constructor(env: NodeJS.ProcessEnv, onLine: (line: LogLine) => void = () => undefined, main = MAIN) {
    this.#onLine = onLine;
    this.#child = spawn(process.execPath, [main, "start"], {
      env: { ...process.env, LOG_LEVEL: "debug", HTTP_PORT: "0", PUBLIC_PORT: "0", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#closed = once(this.#child, "close");
    this.#child.once("exit", () => {
      this.#exited = true;
      this.#changed();
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface(stream).on("line", (line) => this.#read(line));
    }
    // The worker must not outlive the process that started it.
    const endWithUs = (): void => void this.#child.kill("SIGKILL");
    process.once("exit", endWithUs);
    this.#child.once("exit", () => process.off("exit", endWithUs));
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  #read(text: string): void {
    const parsed = logLine.safeParse(parseLine(text));
    if (parsed.success) {
      this.lines.push(parsed.data);
      this.#onLine(parsed.data);
    } else this.#strayLines.push(text);
    this.#changed();
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  /** Resolves once `isReady` is true, which is checked at every line of the log. Rejects if the worker ends first. */
  async until(what: string, isReady: () => boolean, timeoutMs = 150_000): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let watcher = (): void => {
      // The real function is assigned below.
    };
    await new Promise<void>((resolve, reject) => {
      watcher = () => {
        if (isReady()) resolve();
        else if (this.#exited) reject(new Error(`The worker ended before ${what}. ${this.troubles()}`));
      };
      timer = setTimeout(
        () => reject(new Error(`${what}: not within ${timeoutMs} ms. ${this.troubles()}`)),
        timeoutMs,
      );
      this.#watchers.add(watcher);
      watcher();
    }).finally(() => {
      clearTimeout(timer);
      this.#watchers.delete(watcher);
    });
  }

  /** Resolves with the first line of this event after the first `from` lines. */
  async untilEvent(event: string, from = 0): Promise<LogLine> {
    const find = (): LogLine | undefined => this.lines.slice(from).find((line) => line.event === event);
    await this.until(`"${event}"`, () => find() !== undefined);
    const line = find();
    if (line === undefined) throw new Error(`"${event}" is gone from the log`);
    return line;
  }

  /** The jobs that have ended so far, in order. */
  ended(): JobEnded[] {
    return this.lines.flatMap((line) => {
      const parsed = jobEnded.safeParse(line);
      return parsed.success ? [parsed.data] : [];
    });
  }

  /** Returns the worker's warnings and errors as text. */
  troubles(): string {
    const lines = this.lines.filter(({ level }) => level === "error" || level === "warn");
    const all = [...lines.map((line) => JSON.stringify(line)), ...this.#strayLines];
    return all.length === 0 ? "" : `The worker said:\n${all.join("\n")}`;
  }

  /** Resolves when the worker has ended and all of its log has been read. */
  async untilClosed(): Promise<void> {
    await this.#closed;
  }

  /** Sends a signal without waiting for its effect. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks it to stop (SIGTERM), and returns its exit code. */
  async stop(): Promise<number | null> {
    return this.#end("SIGTERM");
  }

  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    if (!this.#exited) {
      this.#child.kill(signal);
      await once(this.#child, "exit");
    }
    return this.#child.exitCode;
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // This is not a log line. It is kept, and shown if anything fails.
    return null;
  }
}
