/** One rule of the schema that a job message breaks. */
export interface Violation {
  /** JSON pointer to the offending value, `""` for the whole message. */
  readonly pointer: string;
  /** The schema keyword that was violated, for example `pattern`. */
  readonly keyword: string;
  /** The problem, the value that was found, and how to correct it. */
  readonly message: string;
}

/** Marks the fault of a single posted item. The advice differs, because an item cannot be split like a message with several jobs. */
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
      /** How to fix it. The default advice is to publish JSON. */
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
      /** The JSON pointer to the project; `/origin/project` by default. */
      readonly pointer?: string;
    }
  | {
      readonly reason: "unknown-revision-hash";
      readonly project: string;
      readonly revisionHash: string;
      /** The JSON pointer to the revision hash; `/origin/revision_hash` by default. */
      readonly pointer?: string;
    }
  | {
      readonly reason: "unknown-job";
      readonly project: string;
      readonly job_guid: string;
      /** The JSON pointer to the guid; `/job_guid` by default. */
      readonly pointer?: string;
    }
  | { readonly reason: "unusable-field"; readonly pointer: string; readonly detail: string }
  | { readonly reason: "internal-error"; readonly detail: string }
  /** The AMQP driver cannot read the delivery. This queue keeps the whole delivery. */
  | { readonly reason: "unreadable-delivery"; readonly queue: string }
  /** This many workers died while the message was in progress. It has not been read since then. */
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

/** A failure that the message did not cause, so the same bytes may succeed later. Adapters throw it. */
export class Unavailable extends Error {
  readonly what: "broker" | "store" | "spool";
  /** The message without `what`. */
  readonly detail: string;
  /** The maximum pause before the next attempt, in milliseconds; infinity if the usual backoff applies. */
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
 * The store answers and accepts other writes, but not this one. The cause may be temporary or may be the data, so the write is
 * tried a few more times before this is treated as a bug. Adapters throw it.
 */
export class Refused extends Error {
  constructor(detail: string, cause?: unknown) {
    super(`the store refuses this write: ${detail}`, { cause });
    this.name = "Refused";
  }
}

/** A user's mistake in a setting, a file or a command line. All problems are printed, without a stack trace; the exit code is 2. */
export class Misuse extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "Misuse";
    this.problems = problems;
  }
}
