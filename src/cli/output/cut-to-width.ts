import stringWidth from "string-width";
import { printable } from "../../domain/text/printable.ts";

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
/** Limits the characters of a cell: combining marks have no width, so any number of them would fit. */
const MAX_UNITS_PER_COLUMN = 8;

/**
 * Cuts untrusted text to at most `most` terminal columns, and ends it with `…` if it was cut. East Asian characters and
 * emoji take two columns. Invisible characters are escaped first.
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

/** Cuts an untrusted name. Names of Taskcluster's exchanges, and task ids with a run, are not cut. */
export function cutName(name: string): string {
  return cutToWidth(name, 64);
}

/** Cuts the URL of a log. Taskcluster's URLs are not cut. */
export function cutUrl(url: string): string {
  return cutToWidth(url, 160);
}
