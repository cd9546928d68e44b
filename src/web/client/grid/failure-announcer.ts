import { announce } from "../announce.ts";

/** The shortest time between two announcements, in milliseconds. More of them would interrupt what the reader listens to. */
const EVERY_MS = 30_000;
const SHOWN_REVISION = 8;

/** Announces to screen readers which pushes have new failures, in one sentence, and not too often. */
export class FailureAnnouncer {
  readonly #counts = new Map<string, number>();
  #timer: number | undefined;
  #lastMs = Number.NEGATIVE_INFINITY;

  add(revision: string, failures: number): void {
    if (failures === 0) return;
    this.#counts.set(revision, (this.#counts.get(revision) ?? 0) + failures);
    this.#timer ??= window.setTimeout(
      () => this.#announce(),
      Math.max(0, this.#lastMs + EVERY_MS - performance.now()),
    );
  }

  #announce(): void {
    this.#timer = undefined;
    this.#lastMs = performance.now();
    announce(failuresSentence([...this.#counts]));
    this.#counts.clear();
  }
}

function failuresSentence(counts: readonly (readonly [revision: string, count: number])[]): string {
  const parts = counts.map(
    ([revision, count]) =>
      `${count} ${count === 1 ? "job" : "jobs"} failed in push ${revision.slice(0, SHOWN_REVISION)}`,
  );
  return `${parts.join(", ")}.`;
}
