import type { LogFault } from "../../domain/log-faults.ts";
import type { Artifact } from "../../domain/submission.ts";
import type { ThreadFailure } from "../../threads/thread-pool.ts";
import type { LogFetchFailure } from "../fetch/log-source.ts";

/** Measurements of reading one log. */
export interface ReadingFigures {
  /** Bytes in transfer, before inflating. */
  readonly bytes: number;
  /** Time spent waiting for the log host. */
  readonly waitMs: number;
  /** Time from the start to the end, including `waitMs`. */
  readonly totalMs: number;
}

/** The reason why artifacts could not be made. It is stored with the log. */
export interface ReadingFailure {
  readonly kind:
    | LogFetchFailure["kind"]
    | LogFault["reason"]
    | ThreadFailure["kind"]
    /** No attempt was completed, because workers died or the store stayed away. */
    | "unfinished"
    | "internal-error";
  readonly detail: string;
  /** True if the log is not tried again. */
  readonly final: boolean;
}

/** A log that was read. */
export interface LogRead {
  readonly ok: true;
  readonly artifacts: readonly Artifact[];
  /** A few warnings about parts of the log that could not be used. */
  readonly warnings: readonly string[];
  readonly figures: ReadingFigures;
}

/** The result of reading one log. */
export type LogReading = LogRead | { readonly ok: false; readonly failure: ReadingFailure };

/** Returns which of these addresses a log may be fetched from now. An empty list means that its servers are busy. */
export type AdmitServers = (addresses: readonly string[], port: number) => readonly string[];

/**
 * Fetches and parses the log at a URL. `stop` ends this with failure `stopped`. Any error that is thrown is a bug.
 *
 * @param admit - called before each connection. If it admits no address, the failure is `server-busy`.
 */
export type ReadLog = (url: string, stop: AbortSignal, admit: AdmitServers) => Promise<LogReading>;
