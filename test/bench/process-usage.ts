import { readFileSync } from "node:fs";

export interface Usage {
  /** User and system time so far, in seconds. */
  readonly cpuSeconds: number;
  /** The most resident memory so far, in MiB. */
  readonly peakRssMib: number;
  /** Resident memory now, in MiB. */
  readonly rssMib: number;
}

/** Returns what a process has used so far. It reads /proc, so it works on Linux only. */
export function processUsage(pid: number): Usage {
  // The program's name, in parentheses, may contain spaces, so fields are counted from its end.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  const ticks = Number(fields[11]) + Number(fields[12]);
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const peakKib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  const nowKib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  // In user space, Linux counts 100 ticks per second, whatever the kernel's own clock.
  return { cpuSeconds: ticks / 100, peakRssMib: Number(peakKib) / 1024, rssMib: Number(nowKib) / 1024 };
}
