import { decodeText } from "../inflate/log-text.ts";
import { jsonBytes, type Spend } from "./artifact-budget.ts";

/** An entry of `job_details`. Without a title, a link has the `title` null, and raw HTML has no member `title`. */
export type JobDetail =
  | {
      readonly content_type: "link";
      readonly title: string | null;
      readonly url: string;
      readonly value: string;
    }
  | { readonly content_type: "raw_html"; readonly title?: string; readonly value: string };

/** The text that marks a line with a printed detail. */
export const PRINTED = "TinderboxPrint:";

const BREAK = "<br/>";
const END_OF_LINK = "</a>";
const UPLOADED = "</a>: uploaded";

const title = /^([A-Za-z0-9/.\-_ ]+): /;
const scheme = /https?:\/\//y;

// An upper bound for the member names of a detail in the blob.
const DETAIL_BYTES = 80;

/** Collects the details that a log prints for the job panel. */
export class DetailReader {
  readonly #spend: Spend;
  readonly details: JobDetail[] = [];
  #leftOut = 0;

  constructor(spend: Spend) {
    this.#spend = spend;
  }

  /** The number of details that were left out because of the size limit. */
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

/** Returns the text after the line's last `TinderboxPrint:` and an optional space, up to the LF; null if the line has no mark. */
function printedText(line: string): string | null {
  const at = line.lastIndexOf(PRINTED);
  if (at === -1) return null;
  const start = at + PRINTED.length;
  const end = line.endsWith("\n") ? line.length - 1 : line.length;
  return line.slice(line[start] === " " ? start + 1 : start, end);
}

/**
 * Returns the detail in a printed text. The first form that fits wins: the link of an uploaded file, another link, a URL,
 * HTML with a title before its first `<br/>`, other HTML.
 *
 * Links are not parsed by regular expressions, because these would try each position for each of their parts, in more than linear time.
 *
 * @param text - bytes as characters, without LF. The detail is decoded text.
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

/** Reads `<a href="URL">VALUE</a>: uploaded`, with the longest URL, and then the longest VALUE, that fit. */
function uploadedLink(text: string): Link | null {
  const start = "<a href=".length;
  if (!text.startsWith("<a href=") || !isQuote(text, start)) return null;
  const urlAt = start + 1;
  const restAt = schemeEnd(text, urlAt);
  const end = text.lastIndexOf(UPLOADED);
  if (restAt === null || end === -1) return null;
  // VALUE has at least one character, so `">` begins at least three characters before the end of VALUE.
  const close = Math.max(text.lastIndexOf(`'>`, end - 3), text.lastIndexOf(`">`, end - 3));
  if (close < restAt) return null;
  return { title: "artifact uploaded", url: text.slice(urlAt, close), value: text.slice(close + 2, end) };
}

/** Reads `TITLE: <a … href="URL" … >VALUE</a>`. If `>`, a quote or `href` fits in several places, the last one counts. */
function titledLink(text: string): Link | null {
  const { name, end: anchorAt } = leadingTitle(text);
  if (!text.startsWith("<a ", anchorAt)) return null;
  const end = text.lastIndexOf(END_OF_LINK);
  const close = end < 2 ? -1 : text.lastIndexOf(">", end - 2);
  const quote = close < 1 ? -1 : Math.max(text.lastIndexOf("'", close - 1), text.lastIndexOf('"', close - 1));
  // The rest does not depend on the position of `href`, so the last one that leaves at least one character for the URL is used.
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

/** Reads `TITLE: URL`. The URL ends with the text. */
function titledUrl(text: string): Link | null {
  const { name, end } = leadingTitle(text);
  if (schemeEnd(text, end) === null) return null;
  const url = text.slice(end);
  return { title: name, url, value: url };
}

/** Returns the title, and the position where the text after it begins; 0 if there is no title. */
function leadingTitle(text: string): { name: string | null; end: number } {
  const [whole = "", name = null] = title.exec(text) ?? [];
  return { name, end: whole.length };
}

function isQuote(text: string, at: number): boolean {
  return text[at] === "'" || text[at] === '"';
}

/** Returns the end of the `http://` or `https://` that begins at `at`; null if neither begins there. */
function schemeEnd(text: string, at: number): number | null {
  scheme.lastIndex = at;
  return scheme.test(text) ? scheme.lastIndex : null;
}
