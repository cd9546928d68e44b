import type { Refusal } from "../../domain/submission.ts";
import { readPerformanceItem, type UnreadableItem } from "../../submission/performance-item.ts";
import { whyNotStorable } from "../../submission/storable-performance.ts";
import { decodeText, skipWhiteSpace } from "../inflate/log-text.ts";
import type { Spend } from "./artifact-budget.ts";

/** The text that marks a line with performance data. Such a line is not cut at 500 bytes, for any reader. */
export const PERFORMANCE = "PERFHERDER_DATA";

const MARK = `${PERFORMANCE}:`;

/** The most notes about values that are not kept. */
const MAX_NOTES = 5;

const unreadable: readonly { readonly reason: UnreadableItem; readonly what: string }[] = [
  { reason: "no-json", what: "lines that announce performance data but hold no valid JSON" },
  { reason: "too-deep", what: "lines with performance data that is nested more than 64 levels deep" },
  { reason: "cut", what: "lines with performance data that are longer than LOG_MAX_LINE_BYTES" },
];

/** The most items that are kept. A long performance test has a few hundred. The limit bounds the memory for tiny items. */
const MAX_ITEMS = 10_000;
/** The most refused items that are described. Usually all items have the same error. */
const MAX_REFUSALS = 5;

/**
 * Collects the performance data in a log. Each item is parsed and checked, and then kept only as text, because the objects for small
 * values take many times as much memory as their text.
 */
export class PerformanceReader {
  readonly #spend: Spend;
  readonly #keepUnfit: boolean;
  /** The JSON text of each item. */
  readonly items: string[] = [];
  readonly #unreadable: Record<UnreadableItem, number> = { "no-json": 0, "too-deep": 0, cut: 0 };
  #oddValues = 0;
  readonly #notes: string[] = [];
  /** The first items that do not fit the performance schema. */
  readonly refusals: Refusal[] = [];
  #read = 0;
  #refused = 0;
  #leftOut = 0;

  /** @param keepUnfit - also keep the items that do not fit the performance schema. */
  constructor(spend: Spend, keepUnfit: boolean) {
    this.#spend = spend;
    this.#keepUnfit = keepUnfit;
  }

  /** The number of items that do not fit the performance schema. */
  get refused(): number {
    return this.#refused;
  }

  /** The number of items that were left out because of a limit. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /**
   * @param line - bytes as characters.
   * @param isCut - the line was longer than `LOG_MAX_LINE_BYTES`, so its end is missing.
   */
  read(line: string, isCut: boolean): void {
    const text = performanceText(line, isCut);
    if (text === null) return;
    const item = readPerformanceItem(decodeText(text), isCut);
    if (!item.ok) {
      this.#unreadable[item.reason] += 1;
      return;
    }
    this.#take(item.text);
    this.#oddValues += item.oddValues;
    for (const note of item.notes.slice(0, MAX_NOTES - this.#notes.length)) {
      this.#notes.push(`performance data ${this.#read}: ${note}`);
    }
  }

  /** Warnings about lines that could not be read, and about values that could not be kept. */
  get warnings(): readonly string[] {
    const lines = unreadable.flatMap(({ reason, what }) => {
      const count = this.#unreadable[reason];
      return count === 0 ? [] : [`${what}: ${count}`];
    });
    const unlisted = this.#oddValues - this.#notes.length;
    return [
      ...lines,
      ...this.#notes,
      ...(unlisted > 0 ? [`more values that are NaN or Infinity: ${unlisted}`] : []),
    ];
  }

  #take(item: string): void {
    this.#read += 1;
    const reason = whyNotStorable(JSON.parse(item));
    if (reason !== null) {
      this.#refused += 1;
      if (this.refusals.length < MAX_REFUSALS) {
        this.refusals.push({ what: `performance data ${this.#read}`, reason });
      }
      if (!this.#keepUnfit) return;
    }
    const hasRoom = this.items.length < MAX_ITEMS && this.#spend(Buffer.byteLength(item) + 1, true);
    if (hasRoom) this.items.push(item);
    else this.#leftOut += 1;
  }
}

/** Returns the text from the first `{` after a mark and white space to the line's last `}`, or to the cut; null if nothing fits. */
function performanceText(line: string, isCut: boolean): string | null {
  for (let mark = line.indexOf(MARK); mark !== -1; mark = line.indexOf(MARK, mark + MARK.length)) {
    const blank = mark + MARK.length;
    const start = skipWhiteSpace(line, blank);
    if (start === blank || line[start] !== "{") continue;
    const end = line.lastIndexOf("}");
    if (end > start) return line.slice(start, end + 1);
    return isCut ? line.slice(start) : null;
  }
  return null;
}
