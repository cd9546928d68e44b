import stringWidth from "string-width";
import { printable } from "../../domain/text/printable.ts";

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
/** Combining marks have no width, so that a short cell could be a long text. */
const MAX_UNITS_PER_COLUMN = 8;

/**
 * A stranger's text for a cell of a table, with `…` where it was cut: at most so many columns of a terminal, in which East
 * Asian characters and emoji take two. Invisible characters are escaped first.
 */
export function cutToWidth(text: string, most: number): string {
  const whole = printable(text);
  const head = whole.slice(0, most * MAX_UNITS_PER_COLUMN);
  if (head === whole && stringWidth(whole) <= most) return whole;
  let shown = "";
  let width = 0;
  for (const { segment } of graphemes.segment(head)) {
    width += stringWidth(segment);
    if (width > most - 1) break;
    shown += segment;
  }
  return `${shown}…`;
}

/** A name of a stranger's, such as a project or a routing key. An exchange of Taskcluster and a task id with its run fit. */
export function cutName(name: string): string {
  return cutToWidth(name, 64);
}

/** A log's URL: longer than what Taskcluster's have. */
export function cutUrl(url: string): string {
  return cutToWidth(url, 160);
}
