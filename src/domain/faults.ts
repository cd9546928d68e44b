/** One rule of the schema that a job message breaks. */
export interface Violation {
  /** JSON pointer to the offending value, `""` for the whole message. */
  readonly pointer: string;
  /** The schema keyword that was broken, e.g. `pattern`. */
  readonly keyword: string;
  /** What is wrong, what was found and what would be right. */
  readonly message: string;
}

/** Why a message is refused. The same bytes would be refused again: returned, never thrown. */
export type Fault =
  | {
      readonly reason: "oversize-body";
      /** As it came. */
      readonly bytes: number;
      readonly limitBytes: number;
      /** The declared compression, where the body is over the limit only without it. */
      readonly compression?: string;
    }
  | {
      readonly reason: "unsupported-encoding";
      readonly property: "compression" | "content_encoding";
      /** As it is declared. */
      readonly value: string;
    }
  | { readonly reason: "malformed-body"; readonly detail: string }
  | { readonly reason: "too-many-jobs"; readonly jobs: number; readonly limit: number }
  | { readonly reason: "schema-violation"; readonly violations: readonly Violation[] }
  | { readonly reason: "unreadable-time"; readonly pointer: string; readonly value: string }
  | {
      readonly reason: "project-not-accepted";
      readonly project: string;
      readonly exchange: string;
      /** Absent: `/origin/project`. */
      readonly pointer?: string;
    }
  | {
      readonly reason: "unknown-revision-hash";
      readonly project: string;
      readonly revisionHash: string;
      /** Absent: `/origin/revision_hash`. */
      readonly pointer?: string;
    }
  | { readonly reason: "unusable-field"; readonly pointer: string; readonly detail: string }
  | { readonly reason: "internal-error"; readonly detail: string }
  /** It was in work each of these times when a worker died; it has not been looked at since. */
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

/** Something around the message failed. The same bytes may go through later: thrown by adapters. */
export class Unavailable extends Error {
  readonly what: "broker" | "store" | "spool";
  /** Most milliseconds to wait before it is asked again, where that costs little; infinite: as long as is usual. */
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
    this.askAgainMs = askAgainMs;
  }
}

/**
 * The store answers, and takes other things, but not this. It may pass, or be the fault of what is written: tried a few
 * times more it is a bug like any other. Thrown by adapters.
 */
export class Refused extends Error {
  constructor(detail: string, cause?: unknown) {
    super(`it does not take this: ${detail}`, { cause });
    this.name = "Refused";
  }
}

/** A user's mistake (a setting, a file, a command line): told in full, without a stack trace, exit code 2. */
export class Misuse extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "Misuse";
    this.problems = problems;
  }
}
