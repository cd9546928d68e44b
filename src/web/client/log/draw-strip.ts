import { shownText } from "../../log/log-runs.ts";
import type { LinesView } from "./lines-view.ts";

/**
 * Shows the whole text of a selected line if it is wider than its row.
 *
 * @param textOf - returns the text of a line, or undefined if it is not in memory.
 */
export function drawStrip(
  strip: HTMLElement,
  { selected, list }: Pick<LinesView, "selected" | "list">,
  textOf: (line: number) => string | undefined,
): void {
  const line = selected !== null && selected.first === selected.last ? selected.first : null;
  const text = line === null ? undefined : textOf(line);
  const isLong = line !== null && text !== undefined && list.isWider(list.rows.rowOf(line));
  const shown = isLong ? String(line) : "";
  if (strip.dataset["line"] === shown) return;
  strip.dataset["line"] = shown;
  strip.hidden = !isLong;
  strip.textContent = isLong ? shownText(text) : "";
}
