/** One rule of the schema that a job message breaks. */
export interface Violation {
  /** JSON pointer to the offending value, `""` for the whole message. */
  readonly pointer: string;
  /** The schema keyword that was broken, e.g. `pattern`. */
  readonly keyword: string;
  /** What is wrong, what was found and what would be right. */
  readonly message: string;
}

/** The fault is that of one posted item, which cannot be split as a message with several jobs can. */
type IsItem = true;

/** Why a message is rejected. The same bytes would be rejected again, so faults are returned, never thrown. */
export type Fault =
  | {
      readonly reason: "oversize-body";
      /** The length on arrival, before decompression. */
      readonly bytes: number;
      readonly limitBytes: number;
      /** The declared compression, if only the decompressed body exceeds the limit. */
      readonly compression?: string;
      readonly isItem?: IsItem;
    }
  | {
      readonly reason: "unsupported-encoding";
      readonly property: "compression" | "content_encoding";
      /** The encoding that the message declares. */
      readonly value: string;
    }
  | {
      readonly reason: "malformed-body";
      readonly detail: string;
      /** What to do about it. Default: publish JSON. */
      readonly advice?: string;
    }
  | { readonly reason: "too-many-jobs"; readonly jobs: number; readonly limit: number }
  | { readonly reason: "too-many-objects"; readonly limit: number; readonly isItem?: IsItem }
  | { readonly reason: "schema-violation"; readonly violations: readonly Violation[] }
  | { readonly reason: "unreadable-time"; readonly pointer: string; readonly value: string }
  | {
      readonly reason: "project-not-accepted";
      readonly project: string;
      readonly exchange: string;
      /** JSON pointer to the project. Default: `/origin/project`. */
      readonly pointer?: string;
    }
  | {
      readonly reason: "unknown-revision-hash";
      readonly project: string;
      readonly revisionHash: string;
      /** JSON pointer to the revision hash. Default: `/origin/revision_hash`. */
      readonly pointer?: string;
    }
  | {
      readonly reason: "unknown-job";
      readonly project: string;
      readonly job_guid: string;
      /** JSON pointer to the guid. Default: `/job_guid`. */
      readonly pointer?: string;
    }
  | { readonly reason: "unusable-field"; readonly pointer: string; readonly detail: string }
  | { readonly reason: "internal-error"; readonly detail: string }
  /** The driver of the broker fails at the delivery, which is kept whole in this queue. */
  | { readonly reason: "unreadable-delivery"; readonly queue: string }
  /** The message was in progress each time when this many workers died. It has not been read since. */
  | { readonly reason: "killed-worker"; readonly attempts: number };

export type FaultReason = Fault["reason"];

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: Fault };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function refuse(fault: Fault): { readonly ok: false; readonly fault: Fault } {
  return { ok: false, fault };
}

/** Something around the message failed, so the same bytes may succeed later. Adapters throw it. */
export class Unavailable extends Error {
  readonly what: "broker" | "store" | "spool";
  /** The message without `what`. */
  readonly detail: string;
  /** The longest wait before the next attempt, in milliseconds; infinity leaves the wait to the usual backoff. */
  readonly askAgainMs: number;

  constructor(
    what: "broker" | "store" | "spool",
    detail: string,
    cause?: unknown,
    askAgainMs = Number.POSITIVE_INFINITY,
  ) {
    super(`${what} unavailable: ${detail}`, { cause });
    this.name = "Unavailable";
    this.what = what;
    this.detail = detail;
    this.askAgainMs = askAgainMs;
  }
}

/**
 * The store answers and accepts other writes, but not this one. The cause may pass, or lie in the data: after a few more
 * attempts it is treated as a bug. Adapters throw it.
 */
export class Refused extends Error {
  constructor(detail: string, cause?: unknown) {
    super(`the store refuses this write: ${detail}`, { cause });
    this.name = "Refused";
  }
}

/** A user's mistake in a setting, a file or a command line. It is printed in full, without a stack trace; exit code 2. */
export class Misuse extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "Misuse";
    this.problems = problems;
  }
}
