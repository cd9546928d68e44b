import { decodeText } from "../inflate/log-text.ts";
import { jsonBytes, type Spend } from "./artifact-budget.ts";

/** One entry of `job_details`. `title` is null for a link without one; raw HTML without a title has no such member. */
export type JobDetail =
  | {
      readonly content_type: "link";
      readonly title: string | null;
      readonly url: string;
      readonly value: string;
    }
  | { readonly content_type: "raw_html"; readonly title?: string; readonly value: string };

/** What a line that prints a detail contains. */
export const PRINTED = "TinderboxPrint:";

const BREAK = "<br/>";
const END_OF_LINK = "</a>";
const UPLOADED = "</a>: uploaded";

const title = /^([A-Za-z0-9/.\-_ ]+): /;
const scheme = /https?:\/\//y;

// More than the member names of a detail take in the blob.
const DETAIL_BYTES = 80;

/** Collects what a log prints for the job panel. */
export class DetailReader {
  readonly #spend: Spend;
  readonly details: JobDetail[] = [];
  #leftOut = 0;

  constructor(spend: Spend) {
    this.#spend = spend;
  }

  /** Details that were more than may be kept. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** @param line - bytes as characters, with its LF. */
  read(line: string): void {
    const text = printedText(line);
    if (text === null) return;
    const detail = readDetail(text);
    const bytes = Object.values(detail).reduce((sum, value) => sum + jsonBytes(value), DETAIL_BYTES);
    if (this.#spend(bytes, true)) this.details.push(detail);
    else this.#leftOut += 1;
  }
}

/** What follows the last `TinderboxPrint:` of the line and one space, up to the LF; null: the line has none. */
function printedText(line: string): string | null {
  const at = line.lastIndexOf(PRINTED);
  if (at === -1) return null;
  const start = at + PRINTED.length;
  const end = line.endsWith("\n") ? line.length - 1 : line.length;
  return line.slice(line[start] === " " ? start + 1 : start, end);
}

/**
 * A printed text as a detail: an uploaded file's link, another link, a URL, HTML with a title before its first
 * `<br/>`, HTML. The first form that fits wins.
 *
 * The links are taken apart by hand: as regular expressions they would try each place for each of their parts.
 *
 * @param text - bytes as characters, without LF; the detail is decoded.
 */
export function readDetail(text: string): JobDetail {
  const link = uploadedLink(text) ?? titledLink(text) ?? titledUrl(text);
  if (link !== null) {
    return {
      content_type: "link",
      title: link.title === null ? null : decodeText(link.title),
      url: decodeText(link.url),
      value: decodeText(link.value),
    };
  }
  const at = text.indexOf(BREAK);
  if (at === -1) return { content_type: "raw_html", value: decodeText(text) };
  return {
    content_type: "raw_html",
    title: decodeText(text.slice(0, at)),
    value: decodeText(text.slice(at + BREAK.length)),
  };
}

interface Link {
  readonly title: string | null;
  readonly url: string;
  readonly value: string;
}

/** `<a href="URL">VALUE</a>: uploaded`, URL and VALUE as long as they can be. */
function uploadedLink(text: string): Link | null {
  const start = "<a href=".length;
  if (!text.startsWith("<a href=") || !isQuote(text, start)) return null;
  const urlAt = start + 1;
  const restAt = schemeEnd(text, urlAt);
  const end = text.lastIndexOf(UPLOADED);
  if (restAt === null || end === -1) return null;
  // VALUE has a character, so the `>` stands two before its end at the latest.
  const close = Math.max(text.lastIndexOf(`'>`, end - 3), text.lastIndexOf(`">`, end - 3));
  if (close < restAt) return null;
  return { title: "artifact uploaded", url: text.slice(urlAt, close), value: text.slice(close + 2, end) };
}

/** `TITLE: <a … href="URL" … >VALUE</a>`: the last href, then the last quote, then the last `>` that can be. */
function titledLink(text: string): Link | null {
  const { name, end: anchorAt } = leadingTitle(text);
  if (!text.startsWith("<a ", anchorAt)) return null;
  const end = text.lastIndexOf(END_OF_LINK);
  const close = end < 2 ? -1 : text.lastIndexOf(">", end - 2);
  const quote = close < 1 ? -1 : Math.max(text.lastIndexOf("'", close - 1), text.lastIndexOf('"', close - 1));
  // Whatever href is taken, the rest is the same; so the last one that leaves a character of URL before the quote.
  for (let href = quote; href > anchorAt + 2; href--) {
    href = text.lastIndexOf("href=", href);
    if (href < anchorAt + 3) return null;
    const urlAt = href + "href=".length + 1;
    const restAt = isQuote(text, urlAt - 1) ? schemeEnd(text, urlAt) : null;
    if (restAt === null || restAt >= quote) continue;
    return { title: name, url: text.slice(urlAt, quote), value: text.slice(close + 1, end) };
  }
  return null;
}

/** `TITLE: URL`, to the end. */
function titledUrl(text: string): Link | null {
  const { name, end } = leadingTitle(text);
  if (schemeEnd(text, end) === null) return null;
  const url = text.slice(end);
  return { title: name, url, value: url };
}

/** The title and where the text after it begins: 0 where there is none. */
function leadingTitle(text: string): { name: string | null; end: number } {
  const [whole = "", name = null] = title.exec(text) ?? [];
  return { name, end: whole.length };
}

function isQuote(text: string, at: number): boolean {
  return text[at] === "'" || text[at] === '"';
}

/** Where `http://` or `https://` that begins at `at` ends; null: it does not begin there. */
function schemeEnd(text: string, at: number): number | null {
  scheme.lastIndex = at;
  return scheme.test(text) ? scheme.lastIndex : null;
}
