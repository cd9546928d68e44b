import type { LogTexts, ShownText, TextSlice } from "../../logs/cache/log-texts.ts";
import { failingRows } from "../../web/log/folded-rows.ts";
import type { LineBlock, PlainFound, PlainPage } from "../../web/log/plain-log.tsx";
import type { ViewedLog } from "../../web/log/viewed-log.ts";
import { logNotThere, viewedLine, viewedText } from "./viewed-text.ts";

/** The part of a log that a page without scripts asks for. */
export interface PlainQuestion {
  /** Where to begin: a line number, or an index into the failing lines if only those are shown. Null for where the log opens. */
  readonly from: number | null;
  readonly isFailing: boolean;
  /** The text to look for; null for none. */
  readonly find: string | null;
}

const LINES = 1000;
/** Every browser gets the first page, with or without scripts, so it is short. */
const FIRST_LINES = 200;
/** How many failing lines a page shows. With the lines around each, that is up to a few hundred lines. */
const FAILING = 20;
const ABOVE = 5;
const HITS = 100;

/** The page, and the failing lines that it marks. */
export interface PlainAnswer {
  readonly plain: PlainPage;
  readonly failing: readonly number[];
}

/**
 * Returns the part of a log that a page without scripts shows.
 *
 * @param viewed.failing - the failing lines; null if the log has to be searched for them.
 * @param waitMs - how long to wait if the log has to be fetched, in milliseconds.
 */
export async function plainPage(
  texts: LogTexts,
  text: ShownText,
  viewed: Pick<ViewedLog, "opens_at"> & { readonly failing: readonly number[] | null },
  question: PlainQuestion,
  { waitMs, stop }: { readonly waitMs: number; readonly stop: AbortSignal },
): Promise<PlainAnswer> {
  if (viewed.failing !== null) {
    const known = { failing: viewed.failing, opens_at: viewed.opens_at };
    return { failing: viewed.failing, plain: await pageOf(texts, text, known, question, { waitMs, stop }) };
  }
  const errors = await texts.findErrors(text, waitMs, stop);
  if (!errors.ok) return { failing: [], plain: notShown(errors) };
  const found = { failing: errors.lines, opens_at: viewed.opens_at };
  return { failing: errors.lines, plain: await pageOf(texts, text, found, question, { waitMs, stop }) };
}

async function pageOf(
  texts: LogTexts,
  text: ShownText,
  viewed: Pick<ViewedLog, "failing" | "opens_at">,
  { from, isFailing, find }: PlainQuestion,
  { waitMs, stop }: { readonly waitMs: number; readonly stop: AbortSignal },
): Promise<PlainPage> {
  const count = from === null ? FIRST_LINES : LINES;
  const start = from ?? Math.max(0, (viewed.opens_at?.first ?? 0) - ABOVE);
  const first = await texts.readPart(text, isFailing ? 0 : start, isFailing ? 1 : start + count, waitMs);
  if (!first.ok) return notShown(first);
  const { facts } = first;
  const found = find === null ? null : await findPlain(texts, text, find, stop);
  const shown = { state: "lines", text: viewedText(facts), isFailing, found } as const;
  if (!isFailing) {
    const end = start + count;
    return {
      ...shown,
      blocks: [{ from: start, lines: first.lines.map(viewedLine) }],
      previous: start === 0 ? null : Math.max(0, start - LINES),
      next: end < facts.total ? end : null,
    };
  }
  const at = from ?? 0;
  const blocks: LineBlock[] = [];
  for (const [one, last] of runsToShow(facts.total, viewed.failing.slice(at, at + FAILING))) {
    const part = await texts.readPart({ ...text, asOfMs: facts.fetchedAtMs }, one, last + 1, 0);
    if (!part.ok) return notShown(part);
    blocks.push({ from: one, lines: part.lines.map(viewedLine) });
  }
  const next = at + FAILING;
  return {
    ...shown,
    blocks,
    previous: at === 0 ? null : Math.max(0, at - FAILING),
    next: next < viewed.failing.length ? next : null,
  };
}

function notShown(answer: Exclude<TextSlice, { ok: true }>): PlainPage {
  return logNotThere(answer) ?? { state: "busy", detail: "detail" in answer ? answer.detail : "" };
}

/** Returns the runs of lines to show, failing lines with some lines around each, as the first and the last line of each run. */
function runsToShow(total: number, failing: readonly number[]): (readonly [number, number])[] {
  const rows = failingRows(total, failing);
  const found: [number, number][] = [];
  for (let row = 0; row < rows.count; row++) {
    const each = rows.rowAt(row);
    if (each.kind === "fold") continue;
    const last = found.at(-1);
    if (last !== undefined && last[1] === each.line - 1) last[1] = each.line;
    else found.push([each.line, each.line]);
  }
  return found;
}

async function findPlain(
  texts: LogTexts,
  text: ShownText,
  wanted: string,
  stop: AbortSignal,
): Promise<PlainFound | null> {
  const answer = await texts.find(text, { text: wanted, matchCase: false, around: 0 }, 0, stop);
  if (!answer.ok) return null;
  const { count, near } = answer.found;
  return { text: wanted, count, lines: near.slice(0, HITS) };
}
