import type { JudgedJob } from "../progress/message.ts";

export interface SliceLimits {
  /** The maximum number of jobs. */
  readonly maxItems: number;
  /** The maximum size of all bodies, in bytes. A single job may be larger. */
  readonly maxBytes: number;
}

/** The number of parts that an ordinary job has at most. The limit of parts is this many times the limit of jobs. */
const ORDINARY_PARTS = 10;

/** The jobs that are judged and written together. They are few enough not to block the event loop for long. */
export class Slice {
  readonly jobs: JudgedJob[] = [];
  readonly #limits: SliceLimits;
  #bytes = 0;
  /** The number of rows or documents that the jobs become, and of errors to store. */
  #parts = 0;
  #isFull = false;

  constructor(limits: SliceLimits) {
    this.#limits = limits;
  }

  /** Whether there was no room for a job. To keep the order, no other job may be added then. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Returns whether there is room for a job of this size. There is always room for the first job. */
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
