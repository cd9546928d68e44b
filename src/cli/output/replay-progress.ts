import { faultErrors } from "../../domain/explain-fault.ts";
import type { ReplayFailure, ReplayWatch } from "../../ingest/replay/replay-archive.ts";
import type { StepPlace } from "../../ingest/replay/replay-step.ts";
import { errorLine } from "./error-line.ts";
import { tell } from "./print.ts";
import { createProgress } from "./progress.ts";

/** How often the place is written if standard error is not a terminal, in milliseconds. */
const EVERY_MS = 30_000;
/** Failures beyond these are only counted. */
const TOLD_FAILURES = 20;

/** Tells on standard error how far a replay has come and which jobs fail, and remembers the place. */
export class ReplayProgress implements ReplayWatch {
  readonly #line = createProgress();
  #writtenAtMs = performance.now();
  #failures = 0;
  #place: StepPlace | null = null;

  /** Where to go on (ISO 8601); null before the first step. */
  get since(): string | null {
    return this.#place?.since ?? null;
  }

  /**
   * A message may end the process without a word. So the place is shown before each step, and now and then also where no line can be
   * overwritten.
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
    if (this.#failures > TOLD_FAILURES) return;
    const errors = fault === null ? [] : faultErrors(fault).map(errorLine);
    this.tell([`failed: ${sender} ${guid ?? "-"}`, ...errors].join("\n"));
  }

  /** Writes lines instead of the progress. */
  tell(lines: string): void {
    this.#line.end();
    tell(lines);
  }

  /** Clears the progress, and reports the failures that were only counted. */
  end(): void {
    this.#line.end();
    const more = this.#failures - TOLD_FAILURES;
    this.#failures = 0;
    if (more > 0) tell(`${more} more jobs failed`);
  }
}
