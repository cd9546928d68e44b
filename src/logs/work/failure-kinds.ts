import type { WorkItem } from "../../store/ports/work-store.ts";
import type { LogReading, ReadingFailure } from "../read/log-reading.ts";
import type { HostConduct } from "./host-limits.ts";

/** Failures that may be caused by the bytes of the log or the lines of the summary. If they are, the next attempt fails too. */
const hopeless: readonly ReadingFailure["kind"][] = ["out-of-memory", "stalled", "too-long", "crashed"];

/** Returns whether a failure is likely to occur again at the next attempt. */
export function isHopeless(kind: ReadingFailure["kind"]): boolean {
  return hopeless.includes(kind);
}

/** Returns whether the previous attempt of an item failed in one of these ways, too. */
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

/** Returns the conduct of the host at which a reading ended; null if the result says nothing about it. */
export function conductOf(reading: LogReading): HostConduct | null {
  return reading.ok ? "answered" : (conducts[reading.failure.kind] ?? null);
}
