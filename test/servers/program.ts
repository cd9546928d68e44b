import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { lastLines } from "./run-command.ts";

/** A server's process. It never outlives the process that started it. */
export type Program = {
  readonly pid: number;
  readonly isRunning: () => boolean;
  /** Resolves when the process has ended, in whatever way. */
  readonly ended: Promise<void>;
  /** Asks it to end, and kills it with all its children when it has not after ten seconds. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** SIGKILL, to it and all its children, at once. */
  kill(): Promise<void>;
  /** The end of what it printed, for the message of an error. */
  lastWords(): string;
};

export type ProgramOptions = {
  /** The command that becomes the server: by `exec` all the way down, so that it stays one process. */
  command: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Standard output and error are added to this file. */
  logFile: string;
};

/**
 * What goes in front of a command so that the kernel kills it when its parent dies (Linux: the parent's thread).
 * The shell covers the instant before that is in force: whoever already has another parent then does not start.
 *
 * @param parentPid - the process that will spawn it.
 * @param identity - more arguments for setpriv, such as another user's ids. Changing the user clears the signal, so
 *   both must be one call.
 */
export function dieWithParent(parentPid: number, identity: readonly string[] = []): string[] {
  const check = '[ "$PPID" = "$0" ] || exit 1; exec "$@"';
  return ["setpriv", ...identity, "--pdeathsig=KILL", "--", "sh", "-c", check, String(parentPid)];
}

/** Starts a program and comes back at once. @throws when it cannot be started at all. */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const [command, ...args] = options.command;
  if (command === undefined) throw new Error("no command");
  const log = openSync(options.logFile, "a");
  let child: ChildProcess;
  try {
    child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ["ignore", log, log],
      // A session of its own: Ctrl-C at a terminal reaches whoever started it, and who ends it in good order.
      detached: true,
    });
  } finally {
    closeSync(log);
  }
  await once(child, "spawn");
  // A test that forgets to stop its server still ends, and takes the server with it.
  child.unref();
  const pid = child.pid ?? 0;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const isRunning = () => child.exitCode === null && child.signalCode === null;

  async function kill(): Promise<void> {
    if (!isRunning()) return;
    child.ref();
    const all = [pid, ...(await descendantsOf(pid))];
    for (const each of all) sendSignal(each, "SIGKILL");
    await ended;
    while (all.some(isAlive)) await wait(5);
  }

  async function stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (!isRunning()) return;
    child.ref();
    const all = await descendantsOf(pid);
    sendSignal(pid, signal);
    const inTime = await Promise.race([ended.then(() => true), wait(10_000, false, { ref: false })]);
    if (!inTime) return kill();
    // What it leaves behind would hold on to its data folder.
    for (const each of all) sendSignal(each, "SIGKILL");
    while (all.some(isAlive)) await wait(5);
  }

  return {
    pid,
    isRunning,
    ended,
    stop,
    kill,
    lastWords: () => lastLines(readFileSync(options.logFile, "utf8"), 15),
  };
}

/**
 * Waits until `answers` no longer throws, asking again and again while the program runs.
 *
 * @throws Error with the program's last words when it ended, or gave no answer within `limitMs`.
 */
export async function untilItAnswers<T>(
  name: string,
  program: Program,
  answers: () => Promise<T>,
  limitMs = 60_000,
): Promise<T> {
  const limit = Date.now() + limitMs;
  for (;;) {
    try {
      return await answers();
    } catch (error) {
      if (!program.isRunning()) throw new Error(`${name} ended while starting:\n${program.lastWords()}`);
      if (Date.now() > limit) {
        await program.kill();
        throw new Error(`${name} gave no answer:\n${program.lastWords()}`, { cause: error });
      }
    }
    await wait(30);
  }
}

/** All children of a process and theirs, from /proc; none where there is no /proc. */
export async function descendantsOf(root: number): Promise<number[]> {
  const childrenOf = new Map<number, number[]>();
  const entries = await readdir("/proc").catch(() => []);
  for (const entry of entries.filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${entry}/stat`, "utf8").catch(() => "");
    // The program's name stands in parentheses before the fields and may hold anything, parentheses too.
    const parent = Number(line.slice(line.lastIndexOf(")") + 2).split(" ")[1]);
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), Number(entry)]);
  }
  const found: number[] = [];
  const next = [...(childrenOf.get(root) ?? [])];
  for (let pid = next.pop(); pid !== undefined; pid = next.pop()) {
    found.push(pid);
    next.push(...(childrenOf.get(pid) ?? []));
  }
  return found;
}

/** A zombie counts as dead: it holds nothing any more, and in some containers nobody ever collects it. */
export function isAlive(pid: number): boolean {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !/^[ZX]$/.test(line.slice(line.lastIndexOf(")") + 2).split(" ")[0] ?? "");
  } catch {
    return false;
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile, which is what was wanted.
  }
}
