import { h, render } from "preact";
import { allRows, failingRows, type ViewRow } from "../../log/folded-rows.ts";
import { includesLine, type LineRange } from "../../log/line-range.ts";
import { shownText } from "../../log/log-runs.ts";
import type { ViewedText } from "../../log/viewed-log.ts";
import { announce } from "../announce.ts";
import { askLines, type LogName } from "./ask-log.ts";
import { FindControl } from "./find-control.ts";
import { highlightText } from "./highlight-text.ts";
import { LineList } from "./line-list.ts";
import { loadLog } from "./load-log.ts";
import { BLOCK_LINES, LogBlocks } from "./log-blocks.ts";
import { LogNote, type NoteState } from "./log-note.tsx";
import { LogFoot, LogTools, type LogToolsProps } from "./log-tools.tsx";
import { drawFold, drawLine } from "./row-element.ts";
import { drawMarks } from "./scroll-marks.ts";
import { buildFrame, type ViewerFrame } from "./viewer-frame.ts";

export interface LogViewerOptions {
  readonly log: LogName;
  /** The state of the job, such as `running`. */
  readonly jobState: string;
  /** The numbers of the failing lines, ascending. */
  readonly failing: readonly number[];
  readonly isFailingOnly: boolean;
  readonly selected: LineRange | null;
  /** The tools' functions. */
  readonly tools: Omit<LogToolsProps, "find" | "isFailingOnly" | "failing">;
}

/** Lines shown above the one that was jumped to. */
const ABOVE = 5;
/** A page that gets its lines sooner says nothing about waiting. */
const QUIET_MS = 300;

/** Shows a log: its lines, what is selected, and what there is to say instead of lines. What the reader does comes from `log-page.ts`. */
export class LogViewer {
  readonly list: LineList;
  readonly blocks: LogBlocks;
  readonly find: FindControl;
  readonly #options: LogViewerOptions;
  readonly #frame: ViewerFrame;
  readonly #failing: ReadonlySet<number>;
  readonly #opened = new Set<number>();
  #text: ViewedText | null = null;
  #note: NoteState = { kind: "quiet" };
  #trouble: string | null = null;
  #loading = new AbortController();
  #isFailingOnly: boolean;
  #selected: LineRange | null;
  #current: number | null = null;
  /** The line that was jumped to is not drawn yet. */
  #isJumping = false;
  #shown: readonly ViewRow[] = [];

  constructor(place: HTMLElement, options: LogViewerOptions) {
    this.#options = options;
    this.#failing = new Set(options.failing);
    this.#isFailingOnly = options.isFailingOnly && options.failing.length > 0;
    this.#selected = options.selected;
    this.list = new LineList({
      draw: (element, row) => this.#drawRow(element, row),
      onShown: (rows) => this.#rowsShown(rows),
    });
    const asOf = (): number | null => this.#text?.fetched_at ?? null;
    this.blocks = new LogBlocks({
      ask: (from, signal) => askLines(options.log, { from, count: BLOCK_LINES, asOf: asOf() }, signal),
      onText: (text) => this.#takeText(text),
      onArrived: () => {
        this.list.redraw();
        this.#linesDrawn();
      },
      onTrouble: (trouble) => {
        this.#trouble = trouble;
        this.#render();
      },
    });
    this.find = new FindControl({
      log: options.log,
      asOf,
      onChange: () => {
        this.#render();
        this.#highlight();
        this.#drawMarks();
      },
    });
    this.#frame = buildFrame(place, this.list);
    new ResizeObserver(() => this.#drawMarks()).observe(this.#frame.marks);
    this.#render();
  }

  get total(): number {
    return this.#text?.total ?? 0;
  }

  get selected(): LineRange | null {
    return this.#selected;
  }

  get isFailingOnly(): boolean {
    return this.#isFailingOnly;
  }

  /** The line that was jumped to last if it is on the screen, otherwise the first line there. */
  get place(): { readonly line: number; readonly isCurrent: boolean } {
    const lines = this.#shown.flatMap((row) => (row.kind === "line" ? [row.line] : []));
    const current = this.#current;
    if (current !== null && (this.#isJumping || lines.includes(current)))
      return { line: current, isCurrent: true };
    return { line: lines[0] ?? 0, isCurrent: false };
  }

  /**
   * Fetches the log, and shows a line.
   *
   * @param isNew - a new copy is asked for, because the log may have grown.
   */
  async load(line: number, isNew = false): Promise<void> {
    this.#loading.abort();
    const loading = new AbortController();
    this.#loading = loading;
    this.#say({ kind: "quiet" });
    const quiet = setTimeout(() => this.#say({ kind: "asking" }), QUIET_MS);
    const from = Math.floor(Math.max(0, line - ABOVE) / BLOCK_LINES) * BLOCK_LINES;
    const asOf = isNew ? null : (this.#text?.fetched_at ?? null);
    try {
      const loaded = await loadLog(
        this.#options.log,
        { from, count: BLOCK_LINES, asOf },
        loading.signal,
        (waiting) => {
          clearTimeout(quiet);
          this.#say(waiting);
        },
      );
      if (loaded.state === "failed") return this.#say({ kind: "failed", ...loaded });
      if (loaded.state === "gone") return this.#say({ kind: "gone", text: loaded.text });
      this.#takeText(loaded.text);
      this.blocks.keep(from, loaded.lines);
      if (loaded.text.total === 0) return this.#say({ kind: "empty", isFinal: loaded.text.is_final });
      this.#say(null);
      this.showLine(line);
    } catch (error) {
      if (!loading.signal.aborted) throw error;
    } finally {
      clearTimeout(quiet);
    }
  }

  /** Stops waiting for the log. Its fetch ends a few seconds after nobody waits for it. */
  stop(): void {
    this.#loading.abort();
    this.#say({ kind: "stopped" });
  }

  /** Shows a line below some others. A fold that holds it is opened. */
  showLine(line: number): void {
    this.#openFold(line);
    this.list.showAtTop(Math.max(0, this.list.rows.rowOf(line) - ABOVE));
  }

  /** Marks a line as the one that was jumped to, and shows it if it is not on the screen. */
  jumpTo(line: number): void {
    this.#current = line;
    this.#isJumping = true;
    const isSeen = this.#shown.slice(ABOVE, -2).some((row) => row.kind === "line" && row.line === line);
    if (isSeen) this.list.redraw();
    else this.showLine(line);
    const text = this.blocks.lineAt(line)?.[0];
    announce(`Line ${line}${text === undefined ? "" : `: ${shownText(text)}`}`);
  }

  select(selected: LineRange | null): void {
    this.#selected = selected;
    this.list.redraw();
    this.#drawStrip();
  }

  setFailingOnly(isOnly: boolean): void {
    const { line } = this.place;
    this.#isFailingOnly = isOnly && this.#failing.size > 0;
    this.#opened.clear();
    this.#setRows();
    const near = [...this.#failing].find((each) => each >= line) ?? line;
    this.list.showAtTop(Math.max(0, this.list.rows.rowOf(isOnly ? near : line) - ABOVE));
    this.#render();
  }

  /** Opens a fold. @param first - its first line. */
  openFold(first: number): void {
    this.#opened.add(first);
    const top = this.list.topRow;
    this.#setRows();
    this.list.showAtTop(top);
  }

  #openFold(line: number): void {
    const row = this.list.rows.rowAt(this.list.rows.rowOf(line));
    if (row.kind !== "fold") return;
    this.#opened.add(row.first);
    this.#setRows();
  }

  #takeText(text: ViewedText): void {
    const before = this.#text;
    this.#text = text;
    if (before?.fetched_at === text.fetched_at) return;
    if (before !== null) this.blocks.clear();
    this.#setRows();
    this.#render();
  }

  #setRows(): void {
    const { failing } = this.#options;
    this.list.setRows(
      this.#isFailingOnly ? failingRows(this.total, failing, this.#opened) : allRows(this.total),
    );
    this.#drawMarks();
  }

  #drawRow(element: HTMLElement, row: ViewRow): void {
    if (row.kind === "fold") {
      drawFold(element, row);
      return;
    }
    const { line } = row;
    drawLine(element, line, {
      line: this.blocks.lineAt(line),
      isFailing: this.#failing.has(line),
      isSelected: includesLine(this.#selected, line),
      isCurrent: line === this.#current,
    });
  }

  #rowsShown(rows: readonly ViewRow[]): void {
    this.#shown = rows;
    this.#isJumping = false;
    this.blocks.want(rows.flatMap((row) => (row.kind === "line" ? [row.line] : [])));
    this.#linesDrawn();
  }

  #linesDrawn(): void {
    this.#highlight();
    this.#drawStrip();
  }

  #highlight(): void {
    const { text, matchCase } = this.find.state;
    highlightText(this.list.element.querySelectorAll(".log-text"), text, matchCase);
  }

  #drawMarks(): void {
    const total = Math.max(1, this.total);
    drawMarks(this.#frame.marks, {
      failing: this.#options.failing.map((line) => line / total),
      hits: this.find.marks,
    });
  }

  #drawStrip(): void {
    const { strip } = this.#frame;
    const { selected } = this;
    const line = selected !== null && selected.first === selected.last ? selected.first : null;
    const text = line === null ? undefined : this.blocks.lineAt(line)?.[0];
    const isLong = line !== null && text !== undefined && this.list.isWider(this.list.rows.rowOf(line));
    const shown = isLong ? String(line) : "";
    if (strip.dataset["line"] === shown) return;
    strip.dataset["line"] = shown;
    strip.hidden = !isLong;
    strip.textContent = isLong ? shownText(text) : "";
  }

  /** @param note - null: the lines are there. */
  #say(note: NoteState | null): void {
    this.#note = note ?? { kind: "quiet" };
    this.#render();
  }

  #render(): void {
    const { tools, note, foot } = this.#frame;
    const { jobState, failing } = this.#options;
    const { find } = this;
    const isFailingOnly = this.#isFailingOnly;
    const view = { find: find.state, isFailingOnly, failing: failing.length };
    render(h(LogTools, { ...this.#options.tools, ...view }), tools);
    const again = (): void => void this.load(this.place.line, true);
    render(h(LogNote, { note: this.#note, onStop: () => this.stop(), onAgain: again }), note);
    const text = this.#text;
    const trouble = this.#trouble;
    render(text === null ? null : h(LogFoot, { text, jobState, trouble, onAgain: again }), foot);
  }
}
