import type { WorkItem } from "../../store/ports/work-store.ts";
import type { LogReading, ReadingFailure } from "../read/log-reading.ts";
import type { HostConduct } from "./host-limits.ts";

/** Failures that the bytes of the log, or the lines of the summary, may cause. If so, the next attempt fails too. */
const hopeless: readonly ReadingFailure["kind"][] = ["out-of-memory", "stalled", "too-long", "crashed"];

/** Returns whether a failure is likely to come again at the next attempt. */
export function isHopeless(kind: ReadingFailure["kind"]): boolean {
  return hopeless.includes(kind);
}

/** Returns whether the previous attempt ended a thread, too. */
export function failedAlike({ failure }: WorkItem): boolean {
  return hopeless.some((kind) => failure?.startsWith(`${kind}: `));
}

const conducts: Partial<Record<ReadingFailure["kind"], HostConduct>> = {
  network: "unreachable",
  timeout: "unreachable",
  "http-status": "answered",
  "too-large": "answered",
  "too-many-redirects": "answered",
};

/** Returns what a reading says about the host at which it ended; null if nothing. */
export function conductOf(reading: LogReading): HostConduct | null {
  return reading.ok ? "answered" : (conducts[reading.failure.kind] ?? null);
}
