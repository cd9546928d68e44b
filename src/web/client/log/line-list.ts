import type { ViewRow, ViewRows } from "../../log/folded-rows.ts";
import { type ScrollScale, scrollScale } from "../../log/scroll-scale.ts";

export interface LineListOptions {
  /** Fills an element with a row. Called again whenever the row may look different. */
  draw(element: HTMLElement, row: ViewRow): void;
  /** Called when other rows are on the screen. */
  onShown(rows: readonly ViewRow[]): void;
}

/**
 * A list of any number of rows of the same height. Only rows on the screen have elements. The list keeps its own position, and the scroll
 * bar only shows it, because a list of millions of rows is higher than browsers allow.
 */
export class LineList {
  /** The element that scrolls and takes the focus. */
  readonly element = document.createElement("div");
  readonly #options: LineListOptions;
  readonly #spacer = document.createElement("div");
  readonly #layer = document.createElement("div");
  #rows: ViewRows = { count: 0, rowAt: () => ({ kind: "line", line: 0 }), rowOf: () => 0 };
  #rowPx = 20;
  #scale: ScrollScale = scrollScale({ rows: 0, rowPx: 20, viewPx: 1 });
  #topPx = 0;
  /** The last known position of the scroll bar. Another position means that the reader has scrolled. */
  #ownScrollTop = 0;
  #first = 0;
  #isDrawing = false;

  constructor(options: LineListOptions) {
    this.#options = options;
    this.element.className = "log-scroll";
    this.element.tabIndex = 0;
    this.#spacer.className = "log-spacer";
    this.#layer.className = "log-rows";
    this.#spacer.append(this.#layer);
    this.element.append(this.#spacer);
    this.element.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.element.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    new ResizeObserver(() => this.#resized()).observe(this.element);
  }

  get rows(): ViewRows {
    return this.#rows;
  }

  /** The first row that is completely visible. */
  get topRow(): number {
    return Math.min(this.#rows.count - 1, Math.ceil(this.#topPx / this.#rowPx - 0.01));
  }

  /** Whether the last row is visible. */
  get isAtEnd(): boolean {
    return this.#topPx > this.#scale.maxTopPx - this.#rowPx;
  }

  /** The number of rows that fit on the screen completely. */
  get seenRows(): number {
    return Math.max(1, Math.floor(this.element.clientHeight / this.#rowPx));
  }

  setRows(rows: ViewRows): void {
    this.#rows = rows;
    this.#layer.replaceChildren();
    this.#measure();
  }

  /** Adapts the list to the size of its element and of its font. */
  #measure(): void {
    const probe = document.createElement("div");
    probe.className = "log-row";
    probe.textContent = "0";
    this.#layer.append(probe);
    const top = this.#topPx / this.#rowPx;
    this.#rowPx = probe.getBoundingClientRect().height || this.#rowPx;
    probe.remove();
    const viewPx = this.element.clientHeight;
    this.#scale = scrollScale({ rows: this.#rows.count, rowPx: this.#rowPx, viewPx });
    this.#spacer.style.height = `${this.#scale.heightPx}px`;
    this.#layer.style.height = `${viewPx}px`;
    this.#moveTo(top * this.#rowPx);
  }

  /** Makes a row the first on the screen. */
  showAtTop(row: number): void {
    this.#moveTo(row * this.#rowPx);
  }

  /** Scrolls no further than needed to show a row. */
  reveal(row: number): void {
    const seen = this.seenRows;
    const top = this.#topPx / this.#rowPx;
    if (row < top) this.showAtTop(row);
    else if (row > top + seen - 1) this.showAtTop(row - seen + 1);
  }

  moveBy(rows: number): void {
    this.#moveTo(this.#topPx + rows * this.#rowPx);
  }

  /** Redraws the rows on the screen. */
  redraw(): void {
    for (const [index, element] of [...this.#layer.children].entries()) {
      if (element instanceof HTMLElement) this.#options.draw(element, this.#rows.rowAt(this.#first + index));
    }
  }

  /** Returns whether a row is on the screen and has a text that is wider than the list. */
  isWider(row: number): boolean {
    const text = this.#layer.children[row - this.#first]?.querySelector(".log-text") ?? null;
    return text !== null && text.getBoundingClientRect().width > this.element.clientWidth - 80;
  }

  /** Returns the row of an element inside the list; null if it belongs to none. */
  rowOfElement(inside: Node | null): { readonly row: ViewRow; readonly element: HTMLElement } | null {
    const near = inside instanceof Element ? inside : (inside?.parentElement ?? null);
    const element = near?.closest<HTMLElement>(".log-row") ?? null;
    const index = element === null ? -1 : [...this.#layer.children].indexOf(element);
    return element === null || index < 0 ? null : { row: this.#rows.rowAt(this.#first + index), element };
  }

  /** Keeps the end in view. Otherwise a reader who follows a log would lose it when a note takes some room. */
  #resized(): void {
    const isAtEnd = this.#topPx > 0 && this.isAtEnd;
    this.#measure();
    if (isAtEnd) this.#moveTo(this.#scale.maxTopPx);
  }

  #moveTo(topPx: number): void {
    this.#topPx = Math.max(0, Math.min(this.#scale.maxTopPx, topPx));
    this.element.scrollTop = this.#scale.scrollTopOf(this.#topPx);
    this.#ownScrollTop = this.element.scrollTop;
    this.#drawSoon();
  }

  #scrolled(): void {
    // The list has set this position itself. If the scroll bar is scaled, it is less exact than the position of the list.
    if (this.element.scrollTop === this.#ownScrollTop) return;
    this.#ownScrollTop = this.element.scrollTop;
    this.#topPx = this.#scale.topOf(this.element.scrollTop);
    this.#drawSoon();
  }

  /** Handles the wheel if the scroll bar is scaled, because the browser would move the rows too far. */
  #wheel(event: WheelEvent): void {
    if (!this.#scale.isScaled || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    const units = [1, this.#rowPx, this.element.clientHeight];
    this.element.scrollLeft += event.deltaX;
    this.#moveTo(this.#topPx + event.deltaY * (units[event.deltaMode] ?? 1));
  }

  #drawSoon(): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      this.#draw();
    });
  }

  #draw(): void {
    const first = Math.floor(this.#topPx / this.#rowPx);
    const seen = Math.ceil(this.element.clientHeight / this.#rowPx) + 1;
    const end = Math.min(this.#rows.count, first + seen);
    this.#keepElements(first, end);
    this.#first = first;
    this.#layer.style.setProperty("--shift", `${first * this.#rowPx - this.#topPx}px`);
    this.redraw();
    const shown = Array.from({ length: Math.max(0, end - first) }, (_, index) =>
      this.#rows.rowAt(first + index),
    );
    this.#options.onShown(shown);
  }

  /** Keeps the elements of rows that stay on the screen, so that selected text stays selected. */
  #keepElements(first: number, end: number): void {
    const before = this.#first;
    const count = this.#layer.childElementCount;
    const from = Math.max(first, before);
    const to = Math.min(end, before + count);
    if (from >= to) {
      this.#layer.replaceChildren(...newRows(Math.max(0, end - first)));
      return;
    }
    for (let row = before; row < from; row++) this.#layer.firstElementChild?.remove();
    for (let row = to; row < before + count; row++) this.#layer.lastElementChild?.remove();
    this.#layer.prepend(...newRows(from - first));
    this.#layer.append(...newRows(end - to));
  }
}

function newRows(count: number): HTMLElement[] {
  return Array.from({ length: count }, () => {
    const element = document.createElement("div");
    element.className = "log-row";
    return element;
  });
}
