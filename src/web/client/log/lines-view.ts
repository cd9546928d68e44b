import { allRows, failingRows, type ViewRow } from "../../log/folded-rows.ts";
import { includesLine, type LineRange } from "../../log/line-range.ts";
import type { ViewedLine } from "../../log/viewed-log.ts";
import { LineList } from "./line-list.ts";
import { ABOVE } from "./log-blocks.ts";
import { drawFold, drawLine } from "./row-element.ts";

export interface LinesViewOptions {
  /** The numbers of the failing lines, ascending. */
  readonly failing: readonly number[];
  readonly isFailingOnly: boolean;
  readonly selected: LineRange | null;
  /** Returns a line, or null if it is not in memory. */
  lineAt(line: number): ViewedLine | null;
  /** Called when other lines are on the screen. */
  onShown(lines: readonly number[]): void;
}

/** The lines on the screen: which of them are shown, selected and current. It does not know where they come from. */
export class LinesView {
  readonly list: LineList;
  total = 0;
  isFailingOnly: boolean;
  selected: LineRange | null;
  readonly #options: LinesViewOptions;
  #failing: readonly number[];
  #failingSet: ReadonlySet<number>;
  /** The first lines of the folds that the reader has opened. */
  readonly #opened = new Set<number>();
  #current: number | null = null;
  /** Whether the line that was jumped to is not drawn yet. */
  #isJumping = false;
  #shown: readonly number[] = [];

  constructor(options: LinesViewOptions) {
    this.#options = options;
    this.#failing = options.failing;
    this.#failingSet = new Set(options.failing);
    this.isFailingOnly = options.isFailingOnly && options.failing.length > 0;
    this.selected = options.selected;
    this.list = new LineList({
      draw: (element, row) => this.#drawRow(element, row),
      onShown: (rows) => this.#rowsShown(rows),
    });
  }

  /** The line that was jumped to last if it is on the screen, otherwise the first line there. */
  get place(): { readonly line: number; readonly isCurrent: boolean } {
    const current = this.#current;
    if (current !== null && (this.#isJumping || this.#shown.includes(current))) {
      return { line: current, isCurrent: true };
    }
    return { line: this.#shown[0] ?? 0, isCurrent: false };
  }

  /** @param total - the number of lines that the log has now. */
  setTotal(total: number): void {
    this.total = total;
    this.#setRows();
  }

  /** @param failing - ascending. */
  setFailing(failing: readonly number[]): void {
    this.#failing = failing;
    this.#failingSet = new Set(failing);
    if (this.isFailingOnly) this.#setRows();
    this.list.redraw();
  }

  /** Shows a line with some lines above it. A fold that contains it is opened. */
  showLine(line: number): void {
    const { list } = this;
    const row = list.rows.rowAt(list.rows.rowOf(line));
    if (row.kind === "fold") {
      this.#opened.add(row.first);
      this.#setRows();
    }
    list.showAtTop(Math.max(0, list.rows.rowOf(line) - ABOVE));
  }

  showEnd(): void {
    this.list.showAtTop(this.list.rows.count);
  }

  /** Marks a line as the one that was jumped to, and scrolls to it unless it is well in view. */
  jumpTo(line: number): void {
    this.#current = line;
    this.#isJumping = true;
    if (this.#shown.slice(ABOVE, -2).includes(line)) this.list.redraw();
    else this.showLine(line);
  }

  select(selected: LineRange | null): void {
    this.selected = selected;
    this.list.redraw();
  }

  setFailingOnly(isOnly: boolean): void {
    const { line } = this.place;
    this.isFailingOnly = isOnly && this.#failing.length > 0;
    this.#opened.clear();
    this.#setRows();
    const near = isOnly ? this.#failing.find((each) => each >= line) : undefined;
    this.list.showAtTop(Math.max(0, this.list.rows.rowOf(near ?? line) - ABOVE));
  }

  /** Opens a fold. @param first - its first line. */
  openFold(first: number): void {
    this.#opened.add(first);
    const top = this.list.topRow;
    this.#setRows();
    this.list.showAtTop(top);
  }

  #setRows(): void {
    const { total } = this;
    const rows = this.isFailingOnly ? failingRows(total, this.#failing, this.#opened) : allRows(total);
    this.list.setRows(rows);
  }

  #drawRow(element: HTMLElement, row: ViewRow): void {
    if (row.kind === "fold") {
      drawFold(element, row);
      return;
    }
    const { line } = row;
    drawLine(element, line, {
      line: this.#options.lineAt(line),
      isFailing: this.#failingSet.has(line),
      isSelected: includesLine(this.selected, line),
      isCurrent: line === this.#current,
    });
  }

  #rowsShown(rows: readonly ViewRow[]): void {
    this.#shown = rows.flatMap((row) => (row.kind === "line" ? [row.line] : []));
    this.#isJumping = false;
    this.#options.onShown(this.#shown);
  }
}
