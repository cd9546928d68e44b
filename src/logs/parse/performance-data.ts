import type { Refusal } from "../../domain/submission.ts";
import { whyNotStorable } from "../../submission/storable-performance.ts";
import { decodeText, skipWhiteSpace } from "../inflate/log-text.ts";
import type { Spend } from "./artifact-budget.ts";
import { readPerformanceItem, type UnreadableItem } from "./performance-item.ts";

/** What a line with performance data contains; such a line is read at its full length, by all readers. */
export const PERFORMANCE = "PERFHERDER_DATA";

const MARK = `${PERFORMANCE}:`;

/** The first few values that are not kept say what is wrong with them. */
const MAX_NOTES = 5;

const unreadable: readonly { readonly reason: UnreadableItem; readonly what: string }[] = [
  { reason: "no-json", what: "lines that announce performance data and hold no JSON" },
  { reason: "too-deep", what: "lines with performance data that is nested more than 64 levels deep" },
  { reason: "cut", what: "lines with performance data that are longer than LOG_MAX_LINE_BYTES" },
];

/** A log of a long performance test has some hundred items; what this bounds is the memory that tiny ones take. */
const MAX_ITEMS = 10_000;
/** The first few refused items say what is wrong with all of them. */
const MAX_REFUSALS = 5;

/**
 * Collects the performance data in a log. Each item is parsed, checked and kept as text before the next one is read:
 * small values take many times their length once they are objects.
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

  /** Items that do not fit the performance schema. */
  get refused(): number {
    return this.#refused;
  }

  /** Items that fit, and were more than may be kept. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /**
   * @param line - bytes as characters.
   * @param isCut - the line was longer than `LOG_MAX_LINE_BYTES`, and its end is missing.
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

  /** Lines that could not be read, and values that could not be kept, for people. */
  get warnings(): readonly string[] {
    const lines = unreadable.flatMap(({ reason, what }) => {
      const count = this.#unreadable[reason];
      return count === 0 ? [] : [`${what}: ${count}`];
    });
    const untold = this.#oddValues - this.#notes.length;
    return [
      ...lines,
      ...this.#notes,
      ...(untold > 0 ? [`values that are NaN or Infinity, besides these: ${untold}`] : []),
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

/** From the first `{` that follows a mark and white space to the line's last `}`, or to the cut; null: there is none. */
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
