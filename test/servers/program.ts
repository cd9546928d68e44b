import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { lastLines } from "./run-command.ts";

/** The process of a server. It never outlives the process that started it. */
export type Program = {
  readonly pid: number;
  readonly isRunning: () => boolean;
  /** Resolves when the process has ended in any way. */
  readonly ended: Promise<void>;
  /** Asks the process to end, and kills it with all its children if it has not ended after ten seconds. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Sends SIGKILL immediately to the process and all its children. */
  kill(): Promise<void>;
  /** The last lines of its output, for error messages. */
  lastWords(): string;
};

export type ProgramOptions = {
  /** The command of the server. Each script in it must use `exec`, so that the server is one process. */
  command: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Standard output and error are appended to this file. */
  logFile: string;
};

/**
 * Returns a prefix for a command. It makes the kernel kill the command when its parent (on Linux, the parent's thread) dies.
 * The shell handles a parent that died before that took effect: a process with another parent does not start.
 * @param parentPid - the process that will spawn the command.
 * @param identity - further arguments for setpriv, such as another user's ids. Changing the user clears the signal, so
 * both must be one call.
 */
export function dieWithParent(parentPid: number, identity: readonly string[] = []): string[] {
  const check = '[ "$PPID" = "$0" ] || exit 1; exec "$@"';
  return ["setpriv", ...identity, "--pdeathsig=KILL", "--", "sh", "-c", check, String(parentPid)];
}

/** Starts a program and returns immediately. @throws Error if it cannot be started. */
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
      // It has its own session, so that Ctrl-C reaches only the process that started it, which ends it in order.
      detached: true,
    });
  } finally {
    closeSync(log);
  }
  await once(child, "spawn");
  // A test that forgets to stop its server must still end, and the server ends with it.
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
    // Remaining children would keep the data folder in use.
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
 * Calls `answers` repeatedly until it no longer throws, as long as the program runs.
 *
 * @throws Error with the program's last output if it ended, or did not answer within `limitMs`.
 */
export async function untilItAnswers<T>(
  name: string,
  program: Program,
  answers: () => Promise<T>,
  limitMs = 180_000,
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

/** Returns all descendants of a process, from /proc; none if there is no /proc. */
export async function descendantsOf(root: number): Promise<number[]> {
  const childrenOf = new Map<number, number[]>();
  const entries = await readdir("/proc").catch(() => []);
  for (const entry of entries.filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${entry}/stat`, "utf8").catch(() => "");
    // The program's name is in parentheses before the fields, and may contain parentheses itself.
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

/** Returns whether a process is alive. A zombie counts as dead, because in some containers it is never collected. */
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
    // The process has ended in the meantime.
  }
}
