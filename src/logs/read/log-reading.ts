import type { LogFault } from "../../domain/log-faults.ts";
import type { Artifact } from "../../domain/submission.ts";
import type { ThreadFailure } from "../../threads/thread-pool.ts";
import type { LogFetchFailure } from "../fetch/log-source.ts";

/** What was measured while a log was read. */
export interface ReadingFigures {
  /** As transferred, before inflating. */
  readonly bytes: number;
  /** Time spent waiting for the log host. */
  readonly waitMs: number;
  /** From the start to the end, `waitMs` included. */
  readonly totalMs: number;
}

/** Why artifacts could not be made, as it is kept on the log. */
export interface ReadingFailure {
  readonly kind:
    | LogFetchFailure["kind"]
    | LogFault["reason"]
    | ThreadFailure["kind"]
    /** No attempt came to an end: workers died, or the store stayed away. */
    | "unfinished"
    | "internal-error";
  readonly detail: string;
  /** True: it is not tried again. */
  readonly final: boolean;
}

/** A log that was read. */
export interface LogRead {
  readonly ok: true;
  readonly artifacts: readonly Artifact[];
  /** What the log held and could not be used, for people; a few at most. */
  readonly warnings: readonly string[];
  readonly figures: ReadingFigures;
}

/** What reading one log came to. */
export type LogReading = LogRead | { readonly ok: false; readonly failure: ReadingFailure };

/** Which of these addresses a log may be fetched from now; none: its servers have enough to do. */
export type AdmitServers = (addresses: readonly string[], port: number) => readonly string[];

/**
 * Fetches and parses the log at a URL; `stop` ends it with failure `stopped`. What it throws is a bug.
 *
 * @param admit - asked before each connection; none admitted: the failure is `server-busy`.
 */
export type ReadLog = (url: string, stop: AbortSignal, admit: AdmitServers) => Promise<LogReading>;
