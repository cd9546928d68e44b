import type { Spend } from "./artifact-budget.ts";
import { decodeText, skipWhiteSpace } from "./log-text.ts";
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

/** Collects the performance data in a log. */
export class PerformanceReader {
  readonly #spend: Spend;
  /** The JSON text of each item; as text, since small values take many times their length once they are objects. */
  readonly items: string[] = [];
  readonly #unreadable: Record<UnreadableItem, number> = { "no-json": 0, "too-deep": 0, cut: 0 };
  #oddValues = 0;
  readonly #notes: string[] = [];

  constructor(spend: Spend) {
    this.#spend = spend;
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
    const nth = this.items.length + 1;
    if (!this.#spend(Buffer.byteLength(item.text) + 1)) return;
    this.items.push(item.text);
    this.#oddValues += item.oddValues;
    for (const note of item.notes.slice(0, MAX_NOTES - this.#notes.length)) {
      this.#notes.push(`performance data ${nth}: ${note}`);
    }
  }

  /** What was not kept, for people. */
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
