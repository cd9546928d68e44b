import { shownText } from "../../log/log-runs.ts";
import type { ViewedLine } from "../../log/viewed-log.ts";
import type { LineList } from "./line-list.ts";

/** Returns lines as text to copy, without numbers, colours and odd line ends. */
export function linesText(lines: readonly ViewedLine[]): string {
  return lines.map(([text]) => shownText(text)).join("\n");
}

/**
 * Returns the text of the rows that the mouse has selected, made from the data; null if the selection is not within rows.
 *
 * @param lineAt - returns a line, or null if it is not in memory.
 */
export function selectedText(list: LineList, lineAt: (line: number) => ViewedLine | null): string | null {
  const selection = document.getSelection();
  if (selection === null || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const first = list.rowOfElement(range.startContainer);
  const last = list.rowOfElement(range.endContainer);
  if (first?.row.kind !== "line" || last?.row.kind !== "line") return null;
  const texts: string[] = [];
  for (let row = list.rows.rowOf(first.row.line); row <= list.rows.rowOf(last.row.line); row++) {
    const each = list.rows.rowAt(row);
    if (each.kind === "line") texts.push(shownText(lineAt(each.line)?.[0] ?? ""));
    else texts.push("…");
  }
  const end = lengthBefore(last.element, range.endContainer, range.endOffset);
  const start = lengthBefore(first.element, range.startContainer, range.startOffset);
  const lastIndex = texts.length - 1;
  texts[lastIndex] = (texts[lastIndex] ?? "").slice(0, end);
  texts[0] = (texts[0] ?? "").slice(start);
  return texts.join("\n");
}

/** Returns the length of a row's text before a position in it. */
function lengthBefore(row: HTMLElement, node: Node, offset: number): number {
  const text = row.querySelector(".log-text");
  if (text === null) return 0;
  const before = document.createRange();
  before.setStart(text, 0);
  // The position may be in the line number, which comes before the text.
  if (before.comparePoint(node, offset) < 0) return 0;
  before.setEnd(node, offset);
  return before.toString().length;
}
