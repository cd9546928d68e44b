import type { StepPlace } from "../../ingest/replay/replay-step.ts";
import { tell } from "./print.ts";
import { createProgress } from "./progress.ts";

/** How often a place is written if standard error is not a terminal, in milliseconds. */
const EVERY_MS = 30_000;

/** Shows how far a replay has come, and remembers the place. */
export class ReplayProgress {
  readonly #line = createProgress();
  #toldAtMs = performance.now();
  /** Where to go on; null before the first step. */
  place: StepPlace | null = null;

  /**
   * A message may end the process without a word. So the place is shown before each step, and now and then also where no line can be
   * overwritten.
   */
  show(place: StepPlace, messages: number): void {
    this.place = place;
    const text = `${messages} messages done, now at ${place.since}, segment ${place.segment}`;
    this.#line.show(text);
    const nowMs = performance.now();
    if (process.stderr.isTTY || nowMs - this.#toldAtMs < EVERY_MS) return;
    this.#toldAtMs = nowMs;
    tell(text);
  }

  /** Writes lines above the progress. */
  tell(lines: string): void {
    this.#line.end();
    tell(lines);
  }

  end(): void {
    this.#line.end();
  }
}
