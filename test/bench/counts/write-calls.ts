import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { findProgram } from "../../servers/run-command.ts";

/** The calls that write to files. */
export interface WriteCalls {
  /** Calls of `fsync` and `fdatasync`. */
  readonly fsyncs: number;
  readonly pwrites: number;
  /** Writes to files whose name ends with `-wal`: SQLite's write-ahead log. */
  readonly walBytes: number;
}

/**
 * Traces processes, their threads and the children that they start with `strace`. Tracing slows them down, so their speed must
 * not be measured in that time.
 * @returns a function that ends the trace; or, as text, why this machine cannot trace.
 */
export async function traceWrites(pids: readonly number[]): Promise<(() => Promise<WriteCalls>) | string> {
  if (pids.length === 0) return "the server's processes are not visible here";
  const strace = await findProgram("strace");
  if (strace === null) return "strace is not installed";
  const folder = await mkdtemp(join(tmpdir(), "pulse-ingest-strace-"));
  const file = join(folder, "calls");
  const calls = "trace=fsync,fdatasync,pwrite64,pwritev,pwritev2";
  const attach = pids.flatMap((pid) => ["-p", String(pid)]);
  const args = ["-f", "-y", "-s", "0", "-e", calls, "-e", "signal=none", "-o", file, ...attach];
  const tracer = spawn(strace, args, { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(tracer, "exit");
  let attached = 0;
  let lastLine = "";
  for await (const line of createInterface(tracer.stderr)) {
    lastLine = line;
    if (/attached( with \d+ threads)?$/.test(line)) attached++;
    if (attached === pids.length) break;
  }
  if (attached < pids.length) {
    await rm(folder, { recursive: true });
    return `strace cannot attach: ${lastLine}`;
  }
  tracer.stderr.resume();
  return async () => {
    tracer.kill("SIGINT");
    await ended;
    const found = countWrites(await readFile(file, "utf8"));
    await rm(folder, { recursive: true });
    return found;
  };
}

/** Matches the call, the file's path and, for `pwrite64`, the number of bytes. */
const tracedCall = /(fsync|fdatasync|pwrite64|pwritev2?)\(\d+<([^>]*)>(?:, ""\.\.\., (\d+),)?/;

/** Counts the calls in the output of `strace -y -s 0`. An interrupted call has two lines, and is counted once. */
export function countWrites(output: string): WriteCalls {
  let fsyncs = 0;
  let pwrites = 0;
  let walBytes = 0;
  for (const line of output.split("\n")) {
    const [, call, path = "", bytes = "0"] = tracedCall.exec(line) ?? [];
    if (call === undefined) continue;
    if (call.startsWith("pwrite")) pwrites++;
    else fsyncs++;
    if (path.endsWith("-wal")) walBytes += Number(bytes);
  }
  return { fsyncs, pwrites, walBytes };
}
