import type { LogFault } from "../../domain/log-faults.ts";
import type { Refusal } from "../../domain/submission.ts";
import type { TransferredLog } from "../fetch/log-source.ts";
import type { InflateLimits } from "../inflate/inflate-limits.ts";
import { readLogText } from "../inflate/read-log-text.ts";
import { ArtifactBudget } from "./artifact-budget.ts";
import { errorLiterals } from "./error-lines.ts";
import { createLiteralScanner } from "./literal-scanner.ts";
import { cutLine } from "./log-lines.ts";
import { type StepData, StepReader } from "./log-steps.ts";
import { PERFORMANCE, PerformanceReader } from "./performance-data.ts";
import { DetailReader, type JobDetail, PRINTED } from "./printed-details.ts";

/** The limits of a log after it has been inflated. */
export interface ParseLimits {
  readonly lines: number;
  /** The length at which a line with performance data is cut; at least 500. Other lines are cut at 500. */
  readonly lineBytes: number;
  /** The size of each artifact that is made from the log. */
  readonly artifactBytes: number;
}

export type LogLimits = ParseLimits & InflateLimits;

/** The defaults are far above any honest log. They bound what a hostile log can cost. */
export const defaultLogLimits: LogLimits = {
  lines: 20_000_000,
  lineBytes: 1024 * 1024,
  artifactBytes: 8 * 1024 * 1024,
  inflatedBytes: 2 * 1024 * 1024 * 1024,
  ratio: 500,
};

/** The parts of a log that are kept. */
export interface LogSummary {
  readonly step_data: StepData;
  readonly job_details: readonly JobDetail[];
  /** The number of details left out because their artifact would be too large. */
  readonly left_out_details: number;
  /** The JSON text of each item. */
  readonly performance_items: readonly string[];
  /** The number of items that do not fit the performance schema, and the reasons for the first few. */
  readonly refused_performance: { readonly items: number; readonly first: readonly Refusal[] };
  /** The number of items left out because there are too many, or their artifact would be too large. */
  readonly left_out_performance: number;
  /** Warnings about other performance data that could not be kept. */
  readonly performance_warnings: readonly string[];
  readonly lines: number;
}

export type LogResult =
  | { readonly ok: true; readonly summary: LogSummary }
  | { readonly ok: false; readonly fault: LogFault };

/**
 * Reads a log in one pass.
 *
 * @param log - reading stops early at a limit or at the end of the compressed data.
 * @param keepUnfit - also keep performance data that does not fit its schema, and so would not be stored.
 * @returns the summary, or the fault for which there is none. Errors of the source are thrown.
 */
export async function parseLog(
  log: TransferredLog,
  limits: LogLimits,
  keepUnfit = false,
): Promise<LogResult> {
  const parser = new LogParser(limits, keepUnfit);
  const fault = await readLogText(log, limits, (chunk) => parser.write(chunk));
  return fault === null ? parser.end() : { ok: false, fault };
}

const LF = 0x0a;

// Inside a step, only lines with one of these texts matter. That is about one line in a hundred.
const findCandidate = createLiteralScanner([...errorLiterals, "=========", PRINTED, PERFORMANCE]);

/**
 * Splits text into lines and passes them to the readers of steps and errors, of printed details and of performance data. Only LF ends
 * a line. The last line may have none. How the bytes are cut into chunks never changes the result.
 */
export class LogParser {
  readonly #limits: ParseLimits;
  readonly #budget: ArtifactBudget;
  readonly #steps: StepReader;
  readonly #details: DetailReader;
  readonly #performance: PerformanceReader;
  #fault: LogFault | null = null;
  #lines = 0;
  /** The beginning of a line that has not ended yet, at most one byte longer than the limit. */
  #begun = "";

  constructor(limits: ParseLimits, keepUnfit = false) {
    this.#limits = limits;
    this.#budget = new ArtifactBudget(limits.artifactBytes);
    this.#steps = new StepReader(this.#budget.of("text_log_summary"));
    this.#details = new DetailReader(this.#budget.of("Job Info"));
    this.#performance = new PerformanceReader(this.#budget.of("performance_data"), keepUnfit);
  }

  /**
   * Reads the next bytes of the log.
   *
   * @param chunk - its memory may be reused after the call.
   * @returns false once a limit has been exceeded and no more text is needed.
   */
  write(chunk: Buffer): boolean {
    let start = 0;
    if (this.#begun !== "") {
      const lf = chunk.indexOf(LF);
      start = lf === -1 ? chunk.length : lf + 1;
      this.#begin(chunk, 0, start);
      if (lf === -1) return this.#fault === null;
      const line = this.#begun;
      this.#begun = "";
      this.#take(line);
    }
    this.#readLines(chunk, start);
    return this.#fault === null;
  }

  end(): LogResult {
    if (this.#begun !== "") this.#take(this.#begun);
    this.#begun = "";
    if (this.#fault !== null) return { ok: false, fault: this.#fault };
    return {
      ok: true,
      summary: {
        step_data: this.#steps.end(this.#lines - 1),
        job_details: this.#details.details,
        left_out_details: this.#details.leftOut,
        performance_items: this.#performance.items,
        refused_performance: { items: this.#performance.refused, first: this.#performance.refusals },
        left_out_performance: this.#performance.leftOut,
        performance_warnings: this.#performance.warnings,
        lines: this.#lines,
      },
    };
  }

  #readLines(chunk: Buffer, from: number): void {
    let start = from;
    let candidate = -1;
    while (start < chunk.length && this.#fault === null) {
      const lf = chunk.indexOf(LF, start);
      if (lf === -1) {
        this.#begin(chunk, start, chunk.length);
        return;
      }
      if (candidate < start) candidate = findCandidate(chunk, start);
      // Inside a step, a line without a candidate changes nothing, so it is only counted.
      if (candidate > lf && this.#steps.inStep) this.#count();
      else this.#take(this.#text(chunk, start, lf + 1));
      start = lf + 1;
    }
  }

  #begin(chunk: Buffer, start: number, end: number): void {
    const room = this.#limits.lineBytes + 1 - this.#begun.length;
    if (room > 0) this.#begun += chunk.toString("latin1", start, Math.min(end, start + room));
  }

  #text(chunk: Buffer, start: number, end: number): string {
    return chunk.toString("latin1", start, Math.min(end, start + this.#limits.lineBytes + 1));
  }

  #count(): void {
    this.#lines += 1;
    if (this.#lines > this.#limits.lines) {
      this.#fault ??= { reason: "too-many-lines", limit: this.#limits.lines };
    }
  }

  #take(whole: string): void {
    this.#count();
    if (this.#fault !== null) return;
    const line = cutLine(whole, this.#limits.lineBytes);
    this.#steps.read(line, this.#lines - 1);
    this.#details.read(line);
    this.#performance.read(line, whole.length > this.#limits.lineBytes);
    this.#fault = this.#budget.fault;
  }
}
