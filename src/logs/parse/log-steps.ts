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

/** One step of a build, as it stands in the blob of `text_log_summary`. */
export interface LogStep {
  readonly name: string;
  /** As in the log, e.g. `2016-07-01 10:00:00.100000`; null: the step has no marker of its own. */
  readonly started: string | null;
  readonly started_linenumber: number;
  finished: string | null;
  finished_linenumber: number;
  result: string;
  readonly errors: LogError[];
  /** All that were found, also where `errors` holds only the first. */
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

// More than the member names and numbers of a step, and of an error, take in the blob.
const STEP_BYTES = 320;
const ERROR_BYTES = 64;

// The place in the list is the code.
const results = ["success", "testfailed", "busted", "skipped", "exception", "retry", "usercancel"];

const header = /^(?:builder|slave|starttime|results|buildid|builduid|revision): /;

/**
 * Step markers to steps, and the error lines in each. Before the first step, header lines are passed over; any other
 * line outside a step opens one without a name. A step that meets the next one, or the end, ends there.
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
   * Is a step open? Then only markers and error lines matter; otherwise any line may open one, and none may be
   * kept from {@link read}.
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
   * The whole, once all lines were read.
   *
   * @param lastNumber - of the log's last line, blank or not.
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
    // The blob holds it twice, in its step and in the list of all.
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

  /** A Finished marker ends whatever step is open: its name is not compared. Outside a step it means nothing. */
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
