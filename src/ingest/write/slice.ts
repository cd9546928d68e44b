import type { JudgedJob } from "../progress/message.ts";

export interface SliceLimits {
  /** The most jobs. */
  readonly maxItems: number;
  /** The most bytes of bodies. A single job may have more. */
  readonly maxBytes: number;
}

/** An ordinary job has at most this many parts. This many times the limit of jobs is the limit of parts. */
const ORDINARY_PARTS = 10;

/** The jobs that are judged and written at once. They are few enough not to block the event loop for long. */
export class Slice {
  readonly jobs: JudgedJob[] = [];
  readonly #limits: SliceLimits;
  #bytes = 0;
  /** Rows or documents that the jobs become, and errors that are stored. */
  #parts = 0;
  #isFull = false;

  constructor(limits: SliceLimits) {
    this.#limits = limits;
  }

  /** Whether a job was refused for lack of room. No other may be added then, so that the order stays. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Returns whether there is room for a job of this many bytes. There always is for the first one. */
  hasRoom(bytes: number): boolean {
    const { maxItems, maxBytes } = this.#limits;
    if (this.jobs.length === 0) return true;
    const hasMany = this.jobs.length >= maxItems || this.#parts >= ORDINARY_PARTS * maxItems;
    this.#isFull ||= hasMany || this.#bytes + bytes > maxBytes;
    return !this.#isFull;
  }

  add(job: JudgedJob, bytes: number): void {
    this.jobs.push(job);
    this.#bytes += bytes;
    this.#parts += partsOf(job);
  }
}

function partsOf({ verdict }: JudgedJob): number {
  if (verdict.kind === "rejected" && verdict.fault.reason === "schema-violation") {
    return 1 + verdict.fault.violations.length;
  }
  if (verdict.kind === "push") return 1 + verdict.resultSet.revisions.length;
  if (verdict.kind !== "accepted") return 1;
  const { logs, artifacts, coalesced } = verdict.submission;
  return 1 + logs.length + artifacts.length + coalesced.length;
}
