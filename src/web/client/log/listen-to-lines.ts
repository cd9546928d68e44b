import { selectedText } from "./copy-lines.ts";
import type { LogViewer } from "./log-viewer.ts";

/** @param extends_ - whether the selection is extended up to this line. */
type SelectLine = (line: number, extends_: boolean) => void;

/** Handles clicks, copying and keys inside the lines: they select lines, open folds, copy text and scroll. */
export function listenToLines(viewer: LogViewer, selectLine: SelectLine): void {
  const { list } = viewer.lines;
  list.element.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const fold = target?.closest<HTMLElement>("[data-first]") ?? null;
    if (fold !== null) viewer.lines.openFold(Number(fold.dataset["first"]));
    const isNumber = target?.closest(".log-number") != null;
    if (!isNumber || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const row = list.rowOfElement(target)?.row;
    if (row?.kind === "line") selectLine(row.line, event.shiftKey);
  });
  list.element.addEventListener("copy", (event) => {
    const text = selectedText(list, (line) => viewer.blocks.lineAt(line));
    if (text === null || event.clipboardData === null) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", text);
  });
  list.element.addEventListener("keydown", (event) => moveByKey(event, viewer, selectLine));
}

/** Scrolls by keys, because the browser would move a scaled scroll bar too far. With Shift, the keys select lines. */
function moveByKey(event: KeyboardEvent, viewer: LogViewer, selectLine: SelectLine): void {
  const { list, selected, place, total } = viewer.lines;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const page = list.seenRows - 1;
  const rows = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, " ": page }[event.key];
  if (rows === undefined) return;
  event.preventDefault();
  if (!event.shiftKey || event.key === " ") {
    list.moveBy(event.shiftKey ? -rows : rows);
    return;
  }
  const end = selected === null ? place.line : (rows > 0 ? selected.last : selected.first) + rows;
  const line = Math.max(0, Math.min(total - 1, end));
  selectLine(line, selected !== null);
  list.reveal(list.rows.rowOf(line));
}
