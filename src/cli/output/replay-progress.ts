import { faultErrors } from "../../domain/explain-fault.ts";
import type { ReplayFailure, ReplayWatch } from "../../ingest/replay/replay-archive.ts";
import type { StepPlace } from "../../ingest/replay/replay-step.ts";
import { errorLine } from "./error-line.ts";
import { tell } from "./print.ts";
import { createProgress } from "./progress.ts";

/** How often a line is written if standard error is not a terminal, in milliseconds. */
const EVERY_MS = 30_000;
/** How many failures are printed. Further failures are only counted. */
const PRINTED_FAILURES = 20;

/** Reports the progress of a replay and its failed jobs on standard error, and remembers where to continue. */
export class ReplayProgress implements ReplayWatch {
  readonly #line = createProgress();
  #writtenAtMs = performance.now();
  #failures = 0;
  #place: StepPlace | null = null;

  /** The time at which to continue (ISO 8601); null before the first step. */
  get since(): string | null {
    return this.#place?.since ?? null;
  }

  /**
   * Shows the place before each step, because a message may crash the process without an error message. If standard error is not
   * a terminal, a line is written only every `EVERY_MS`.
   */
  onStep(place: StepPlace, messages: number): void {
    this.#place = place;
    const text = `${messages} messages done, now at ${place.since}, segment ${place.segment}`;
    this.#line.show(text);
    const nowMs = performance.now();
    if (this.#line.isVisible || nowMs - this.#writtenAtMs < EVERY_MS) return;
    this.#writtenAtMs = nowMs;
    tell(text);
  }

  onFailure({ sender, guid, fault }: ReplayFailure): void {
    this.#failures++;
    if (this.#failures > PRINTED_FAILURES) return;
    const errors = fault === null ? [] : faultErrors(fault).map(errorLine);
    this.tell([`failed: ${sender} ${guid ?? "-"}`, ...errors].join("\n"));
  }

  /** Clears the progress line, and writes these lines. */
  tell(lines: string): void {
    this.#line.end();
    tell(lines);
  }

  /** Clears the progress line, and reports how many failures were only counted. */
  end(): void {
    this.#line.end();
    const more = this.#failures - PRINTED_FAILURES;
    this.#failures = 0;
    if (more > 0) tell(`${more} more jobs failed`);
  }
}
