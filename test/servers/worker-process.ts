import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as z from "zod";

const logLine = z.looseObject({ time: z.string(), event: z.string(), level: z.string() });
/** A line of the worker's log. */
export type LogLine = z.infer<typeof logLine>;

/** How one job message ended, as the worker tells it at log level `debug`. */
export const jobEnded = z.looseObject({
  time: z.string(),
  event: z.literal("job_ended"),
  guid: z.string().nullable(),
  outcome: z.string(),
});
export type JobEnded = z.infer<typeof jobEnded>;

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/**
 * The real worker, `dist/main.js start`, as a process of its own, and its log as it comes. It is built before
 * (`npm run build`; `npm test` and the other scripts do that).
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
   * @param env - settings, over those of this process; LOG_LEVEL is `debug` and HTTP_PORT free unless given.
   * @param onLine - told of every line as it comes.
   * @param main - the program; the one built in this project unless given.
   */
  constructor(env: NodeJS.ProcessEnv, onLine: (line: LogLine) => void = () => undefined, main = MAIN) {
    this.#onLine = onLine;
    this.#child = spawn(process.execPath, [main, "start"], {
      env: { ...process.env, LOG_LEVEL: "debug", HTTP_PORT: "0", ...env },
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
    // Whoever started it may die before it is asked to stop: it must not live on.
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

  /** Resolves once `isReady`, which is asked at every line of the log; rejects when the worker ends before. */
  async until(what: string, isReady: () => boolean, timeoutMs = 30_000): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let watcher = (): void => {
      // Replaced at once below.
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

  /** Resolves with the line of this event that comes after the first `from` lines. */
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

  /** What it complained of, for people. */
  troubles(): string {
    const lines = this.lines.filter(({ level }) => level === "error" || level === "warn");
    const all = [...lines.map((line) => JSON.stringify(line)), ...this.#strayLines];
    return all.length === 0 ? "" : `The worker said:\n${all.join("\n")}`;
  }

  /** Resolves when it has ended and all that it said has been read. */
  async untilClosed(): Promise<void> {
    await this.#closed;
  }

  /** Sends a signal, and does not wait for what comes of it. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks it to stop (SIGTERM), and gives its exit code. */
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
    // Not a log line: kept as it is, and shown if anything goes wrong.
    return null;
  }
}
