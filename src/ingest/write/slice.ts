import type { JobInHand } from "../progress/job-in-hand.ts";

export interface SliceLimits {
  /** Most jobs. */
  readonly maxItems: number;
  /** Most bytes of bodies; a single job may have more. */
  readonly maxBytes: number;
}

/** A job of this many parts is an ordinary one; so many times the limit of jobs is the limit of parts. */
const ORDINARY_PARTS = 10;

/** The jobs that are judged and written at once: as many as keep the event loop from being blocked for long. */
export class Slice {
  readonly jobs: JobInHand[] = [];
  readonly #limits: SliceLimits;
  #bytes = 0;
  /** Rows or documents that the jobs become, and errors that are told. */
  #parts = 0;

  constructor(limits: SliceLimits) {
    this.#limits = limits;
  }

  /** Whether a job of about so many bytes may come along; the first one always may. */
  hasRoom(bytes: number): boolean {
    const { maxItems, maxBytes } = this.#limits;
    if (this.jobs.length === 0) return true;
    if (this.jobs.length >= maxItems || this.#parts >= ORDINARY_PARTS * maxItems) return false;
    return this.#bytes + bytes <= maxBytes;
  }

  add(job: JobInHand, bytes: number): void {
    this.jobs.push(job);
    this.#bytes += bytes;
    this.#parts += partsOf(job);
  }
}

function partsOf({ verdict }: JobInHand): number {
  if (verdict.kind === "rejected" && verdict.fault.reason === "schema-violation") {
    return 1 + verdict.fault.violations.length;
  }
  if (verdict.kind !== "accepted") return 1;
  const { logs, artifacts, coalesced } = verdict.submission;
  return 1 + logs.length + artifacts.length + coalesced.length;
}
