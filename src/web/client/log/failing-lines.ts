import { askErrors, type LogName } from "./ask-log.ts";

export interface FailingLinesOptions {
  readonly log: LogName;
  /** The failing lines that the log's summary names; null if the log has no summary. */
  readonly known: readonly number[] | null;
  readonly asOf: () => number | null;
  readonly onChange: () => void;
}

/** The failing lines of a log. Without a summary, the server searches the log for them when they are first needed. */
export class FailingLines {
  /** Ascending; null until the log has been searched for them. */
  lines: readonly number[] | null;
  /** Whether there are no other failing lines. */
  isWhole = true;
  /** Says that the log is being searched, or why the lines are not known; null if there is nothing to say. */
  note: string | null = null;
  readonly #options: FailingLinesOptions;
  #asking = new AbortController();

  constructor(options: FailingLinesOptions) {
    this.#options = options;
    this.lines = options.known;
  }

  async find(): Promise<readonly number[]> {
    if (this.lines === null) await this.#search();
    return this.lines ?? [];
  }

  /** Searches again if necessary, because the log has another text now. */
  renew(): void {
    if (this.#options.known === null && this.lines !== null) void this.#search();
  }

  async #search(): Promise<void> {
    const { log, asOf } = this.#options;
    this.#asking.abort();
    const asking = new AbortController();
    this.#asking = asking;
    if (this.lines === null) this.#say("looking …");
    try {
      for (;;) {
        const answer = await askErrors(log, asOf(), asking.signal);
        if (asking.signal.aborted) return;
        if (!answer.ok) return this.#say(answer.text);
        const { value } = answer;
        if (value.state === "fetching") continue;
        if (value.state === "failed") return this.#say(value.detail);
        this.lines = value.lines;
        this.isWhole = value.is_whole;
        return this.#say(null);
      }
    } catch (error) {
      // Otherwise a newer copy of the log is being searched.
      if (!asking.signal.aborted) throw error;
    }
  }

  #say(note: string | null): void {
    this.note = note;
    this.#options.onChange();
  }
}
