import type { LinesAnswer, ViewedLine, ViewedText } from "../../log/viewed-log.ts";
import type { JsonAnswer } from "../fetch-json.ts";

/** The number of lines shown above the one that was jumped to. */
export const ABOVE = 5;
/** The number of lines that are fetched together. */
export const BLOCK_LINES = 200;
/** The number of blocks that stay in memory. */
const KEPT_BLOCKS = 50;
/** The number of lines to fetch below the one that was jumped to. Few windows show more. */
const MOST_BELOW = 60;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

export interface LogBlocksOptions {
  /** Requests the lines of one block. */
  ask(from: number, signal: AbortSignal): Promise<JsonAnswer<LinesAnswer>>;
  /** Called when an answer has arrived, which may be from a newer copy of the log. */
  onText(text: ViewedText): void;
  /** Called when lines that are on the screen have arrived. */
  onArrived(): void;
  /** Called with the reason if lines could not be fetched, and are requested again; with null if that has succeeded. */
  onTrouble(text: string | null): void;
}

/** The lines of a log that are in memory: those on the screen, and those seen last. */
export class LogBlocks {
  readonly #options: LogBlocksOptions;
  /** The blocks by number, the most recently used ones at the end. */
  readonly #blocks = new Map<number, readonly ViewedLine[]>();
  readonly #loading = new Map<number, AbortController>();
  #wanted: ReadonlySet<number> = new Set();
  #pauseMs = 0;

  constructor(options: LogBlocksOptions) {
    this.#options = options;
  }

  /** Returns a line, or null if it is not in memory. */
  lineAt(line: number): ViewedLine | null {
    const number = Math.floor(line / BLOCK_LINES);
    return this.#blocks.get(number)?.[line - number * BLOCK_LINES] ?? null;
  }

  /** Keeps lines that were requested elsewhere. @param from - the first line of a block. */
  keepAll(from: number, lines: readonly ViewedLine[]): void {
    for (let at = 0; at < lines.length; at += BLOCK_LINES) {
      this.#keep((from + at) / BLOCK_LINES, lines.slice(at, at + BLOCK_LINES));
    }
  }

  #keep(number: number, lines: readonly ViewedLine[]): void {
    this.#blocks.delete(number);
    this.#blocks.set(number, lines);
    for (const oldest of this.#blocks.keys()) {
      if (this.#blocks.size <= KEPT_BLOCKS) break;
      if (!this.#wanted.has(oldest)) this.#blocks.delete(oldest);
    }
  }

  /** Forgets all lines, because the log has another text now. */
  clear(): void {
    this.#blocks.clear();
    for (const loading of this.#loading.values()) loading.abort();
    this.#loading.clear();
  }

  /** Sets which lines are on the screen. Only their blocks are fetched. */
  want(lines: readonly number[]): void {
    this.#wanted = new Set(lines.map((line) => Math.floor(line / BLOCK_LINES)));
    for (const [number, loading] of this.#loading) {
      if (this.#wanted.has(number)) continue;
      loading.abort();
      this.#loading.delete(number);
    }
    for (const number of this.#wanted) {
      const known = this.#blocks.get(number);
      if (known !== undefined) this.#keep(number, known);
      else if (!this.#loading.has(number)) void this.#load(number);
    }
  }

  /** Returns lines, both ends included, whether they are on the screen or not; null if they cannot be fetched. */
  async linesBetween(first: number, last: number): Promise<ViewedLine[] | null> {
    const found: ViewedLine[] = [];
    for (let number = Math.floor(first / BLOCK_LINES); number * BLOCK_LINES <= last; number++) {
      const from = number * BLOCK_LINES;
      const block = this.#blocks.get(number) ?? (await this.#fetch(number, new AbortController().signal));
      if (block === null) return null;
      for (const line of block.slice(Math.max(0, first - from), last - from + 1)) found.push(line);
    }
    return found;
  }

  async #load(number: number): Promise<void> {
    const loading = new AbortController();
    this.#loading.set(number, loading);
    try {
      while (!loading.signal.aborted) {
        const lines = await this.#fetch(number, loading.signal);
        if (loading.signal.aborted) return;
        if (lines !== null) {
          this.#keep(number, lines);
          this.#recover();
          return this.#options.onArrived();
        }
        this.#pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, this.#pauseMs * 2));
        await new Promise((resolve) => setTimeout(resolve, this.#pauseMs));
      }
    } catch (error) {
      // The request is aborted when its lines are no longer on the screen.
      if (!loading.signal.aborted) throw error;
    } finally {
      if (this.#loading.get(number) === loading) this.#loading.delete(number);
    }
  }

  #recover(): void {
    if (this.#pauseMs > 0) this.#options.onTrouble(null);
    this.#pauseMs = 0;
  }

  async #fetch(number: number, signal: AbortSignal): Promise<readonly ViewedLine[] | null> {
    const { ask, onText, onTrouble } = this.#options;
    const answer = await ask(number * BLOCK_LINES, signal);
    if (!answer.ok) {
      onTrouble(answer.text);
      return null;
    }
    const { value } = answer;
    if (value.state === "lines") {
      onText(value.text);
      return value.lines;
    }
    onTrouble(value.state === "fetching" ? "The log is being fetched again." : value.detail);
    return null;
  }
}

/** Returns the range of all blocks that are on the screen when a line is shown. */
export function blocksAround(line: number): { readonly from: number; readonly count: number } {
  const from = Math.floor(Math.max(0, line - ABOVE) / BLOCK_LINES) * BLOCK_LINES;
  const end = Math.ceil((line + MOST_BELOW) / BLOCK_LINES) * BLOCK_LINES;
  return { from, count: end - from };
}
