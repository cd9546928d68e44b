import { decodeText, isBlank, trimEnd } from "../inflate/log-text.ts";
import { jsonBytes, type Spend } from "./artifact-budget.ts";
import { isErrorLine } from "./error-lines.ts";
import { stepDuration } from "./step-duration.ts";
import { readStepMarker, type StepMarker } from "./step-marker.ts";

export interface LogError {
  /** From 0. */
  readonly linenumber: number;
  readonly line: string;
}

/** One step of a build in the blob of `text_log_summary`. */
export interface LogStep {
  readonly name: string;
  /** The time in the log, e.g. `2016-07-01 10:00:00.100000`; null if the step has no marker. */
  readonly started: string | null;
  readonly started_linenumber: number;
  finished: string | null;
  finished_linenumber: number;
  result: string;
  readonly errors: LogError[];
  /** The number of all errors; `errors` may hold only the first ones. */
  error_count: number;
  /** Seconds. */
  duration: number | null;
  /** From 0. */
  readonly order: number;
}

export interface StepData {
  readonly steps: readonly LogStep[];
  readonly all_errors: readonly LogError[];
  readonly errors_truncated: boolean;
}

const MAX_ERRORS_PER_STEP = 100;

// Upper bounds for the member names and numbers of a step, and of an error, in the blob.
const STEP_BYTES = 320;
const ERROR_BYTES = 64;

// A result code is an index into this list.
const results = ["success", "testfailed", "busted", "skipped", "exception", "retry", "usercancel"];

const header = /^(?:builder|slave|starttime|results|buildid|builduid|revision): /;

/**
 * Collects steps and the error lines in each. Before the first step, header lines are skipped. Any other line outside a
 * step opens an unnamed step. A step also ends where the next step begins, or at the end of the log.
 */
export class StepReader {
  readonly #spend: Spend;
  readonly #steps: LogStep[] = [];
  readonly #allErrors: LogError[] = [];
  #truncated = false;
  #current: LogStep | null = null;

  constructor(spend: Spend) {
    this.#spend = spend;
  }

  /**
   * Whether a step is open. If so, only markers and error lines need to be passed to {@link read}. Otherwise every line must be
   * passed, because any line may open a step.
   */
  get inStep(): boolean {
    return this.#current !== null;
  }

  /**
   * @param line - bytes as characters, with its LF.
   * @param number - from 0.
   */
  read(line: string, number: number): void {
    if (isBlank(line)) return;
    const marker = readStepMarker(line);
    if (marker === null) this.#readNormal(line, number);
    else if (marker.kind === "Finished") this.#finish(marker, number);
    else {
      this.#close(number, null, "unknown");
      this.#open(decodeText(marker.name), decodeText(marker.time), number);
    }
  }

  /**
   * Returns all steps after the last line has been read.
   *
   * @param lastNumber - the number of the log's last line, blank or not.
   */
  end(lastNumber: number): StepData {
    this.#close(lastNumber, null, "unknown");
    return { steps: this.#steps, all_errors: this.#allErrors, errors_truncated: this.#truncated };
  }

  #readNormal(line: string, number: number): void {
    if (this.#current === null) {
      if (this.#steps.length === 0 && header.test(line)) return;
      this.#open("Unnamed step", null, number);
    }
    if (isErrorLine(line)) this.#addError(line, number);
  }

  #addError(line: string, number: number): void {
    const step = this.#current;
    if (step === null) return;
    step.error_count += 1;
    if (step.errors.length === MAX_ERRORS_PER_STEP) {
      this.#truncated = true;
      return;
    }
    const error = { linenumber: number, line: trimEnd(decodeText(line)) };
    // The blob contains each error twice: in its step and in the list of all errors.
    if (!this.#spend(2 * (jsonBytes(error.line) + ERROR_BYTES))) return;
    step.errors.push(error);
    this.#allErrors.push(error);
  }

  #open(name: string, started: string | null, number: number): void {
    if (!this.#spend(STEP_BYTES + jsonBytes(name) + jsonBytes(started))) return;
    this.#current = {
      name,
      started,
      started_linenumber: number,
      finished: null,
      finished_linenumber: number,
      result: "unknown",
      errors: [],
      error_count: 0,
      duration: null,
      order: this.#steps.length,
    };
    this.#steps.push(this.#current);
  }

  /** Ends the open step. Its name is not compared with the marker's. Outside a step, the marker is ignored. */
  #finish(marker: StepMarker, number: number): void {
    const finished = decodeText(marker.time);
    if (this.#spend(jsonBytes(finished)))
      this.#close(number, finished, results[Number(marker.code)] ?? "unknown");
  }

  #close(number: number, finished: string | null, result: string): void {
    const step = this.#current;
    if (step === null) return;
    step.finished = finished;
    step.finished_linenumber = number;
    step.result = result;
    step.duration = stepDuration(step.started, finished);
    this.#current = null;
  }
}
