import { readFileSync } from "node:fs";
import { descendantsOf } from "../../servers/program.ts";
import type { CountedProcess } from "../contenders/contender.ts";

export type ServerName = Exclude<CountedProcess, "worker">;

/** The server that a process belongs to, by the start of its name. */
const names: Readonly<Record<ServerName, string>> = {
  broker: "beam",
  postgresql: "postgres",
  ferretdb: "ferretdb",
  mongod: "mongod",
};

export interface ServerProcess {
  readonly server: ServerName;
  readonly pid: number;
  /** CPU time so far, including that of children that have ended. */
  readonly cpuSeconds: number;
}

/** Returns the processes of the servers that this process has started. A server in a container is not among them. */
export async function listServerProcesses(): Promise<ServerProcess[]> {
  const pids = await descendantsOf(process.pid);
  return pids.flatMap((pid) => {
    const { name, cpuSeconds } = readStat(pid);
    return serversNamed(name).map((server) => ({ server, pid, cpuSeconds }));
  });
}

/** Returns the CPU time that each server has used so far, in seconds. */
export async function serverCpuSeconds(): Promise<Partial<Record<ServerName, number>>> {
  const total: Partial<Record<ServerName, number>> = {};
  for (const { server, cpuSeconds } of await listServerProcesses()) {
    total[server] = (total[server] ?? 0) + cpuSeconds;
  }
  return total;
}

function serversNamed(name: string): ServerName[] {
  return (Object.keys(names) as ServerName[]).filter((server) => name.startsWith(names[server]));
}

interface Stat {
  readonly name: string;
  readonly cpuSeconds: number;
}

function readStat(pid: number): Stat {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    // The process ended after it was listed. Its CPU time is now included in its parent's.
    return { name: "", cpuSeconds: 0 };
  }
}

/** Parses a line of `/proc/PID/stat`: the program's name, and the CPU time of the process and of its children that have ended. */
export function parseStat(line: string): Stat {
  // The name is in parentheses, and may contain parentheses itself.
  const end = line.lastIndexOf(")");
  const fields = line.slice(end + 2).split(" ");
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  // In user space, Linux counts 100 ticks per second, whatever the kernel's own clock.
  return { name: line.slice(line.indexOf("(") + 1, end), cpuSeconds: ticks / 100 };
}
