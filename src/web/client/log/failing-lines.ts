import { askErrors, type LogName } from "./ask-log.ts";

export interface FailingLinesOptions {
  readonly log: LogName;
  /** Those that the log's summary names; null if it has no summary. */
  readonly known: readonly number[] | null;
  readonly asOf: () => number | null;
  readonly onChange: () => void;
}

/** The failing lines of a log. Without a summary, the server searches the log for them when somebody first asks. */
export class FailingLines {
  /** Ascending; null until they have been looked for. */
  lines: readonly number[] | null;
  /** There are no others. */
  isWhole = true;
  /** Says that they are being looked for, or why they are not known; null if there is nothing to say. */
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

  /** The log has another text now. */
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
      // A newer copy of the log is searched by now.
      if (!asking.signal.aborted) throw error;
    }
  }

  #say(note: string | null): void {
    this.note = note;
    this.#options.onChange();
  }
}
