import * as z from "zod";
import { cleanErrorLine } from "../../bugs/lookup/search-terms.ts";
import { isParsedHere } from "../../domain/log-plan.ts";
import type { Artifact } from "../../domain/submission.ts";
import { firstElements } from "../../domain/text/first-elements.ts";
import type { StoredLog } from "../../store/ports/log-store.ts";
import type { FailureLine, FailureSummary, LinkedBug } from "../../web/shown-job.ts";
import { readJson } from "./read-json.ts";
import type { ReadSummary, SummaryError } from "./read-summary.ts";

/** The most suggestions that are read, including those with equal lines, and the most characters. */
const MAX_READ = 2000;
const MAX_LENGTH = 1024 * 1024;
const MAX_LINES = 100;
/** The most line numbers of one line, which may be repeated thousands of times. */
const MAX_LINE_NUMBERS = 3;
/** With more bugs than this, most of them are wrong. */
const MAX_BUGS = 20;
const MAX_STEPS = 50;

const list = z.array(z.unknown()).catch([]);
const suggestion = z.object({
  search: z.string(),
  bugs: z.object({ open_recent: list, all_others: list }).catch({ open_recent: [], all_others: [] }),
});
const bug = z.object({
  // The id becomes part of a link, so it must be a number.
  id: z.number().int().nonnegative(),
  summary: z.string().catch(""),
  resolution: z.string().catch(""),
});

/** Returns the content of the failure tab. Pure. */
export function failureSummary(
  suggestions: Artifact | null,
  summary: ReadSummary | null,
  logs: readonly StoredLog[],
): FailureSummary {
  const read = readSuggestions(suggestions);
  const errors = summary?.errors ?? [];
  const lines = new Map<string, { -readonly [Name in keyof FailureLine]: FailureLine[Name] }>();
  const numberOf = lineNumbers(errors);
  let isCut = !read.isWhole;
  for (const [index, each] of read.suggestions.entries()) {
    if (each === null) continue;
    const { search, bugs } = each;
    const known = lines.get(search);
    const number = numberOf(index, search);
    const numbers = number === null ? [] : [number];
    if (known !== undefined) {
      known.count++;
      if (known.line_numbers.length < MAX_LINE_NUMBERS)
        known.line_numbers = [...known.line_numbers, ...numbers];
    } else if (lines.size === MAX_LINES) {
      isCut = true;
    } else {
      lines.set(search, { search, count: 1, line_numbers: numbers, ...shownBugs(bugs) });
    }
  }
  const steps = lines.size > 0 ? [] : (summary?.steps ?? []);
  const failed = steps.filter(({ result }) => result !== "success");
  return {
    lines: [...lines.values()],
    is_cut: isCut || failed.length > MAX_STEPS,
    log_name: summary === null ? null : summarisedLog(summary, logs),
    steps: failed
      .slice(0, MAX_STEPS)
      .map(({ name, result, lastLine }) => ({ name, result, last_line: lastLine })),
  };
}

function readSuggestions(artifact: Artifact | null) {
  const first = artifact === null ? null : firstElements(artifact.blob, MAX_READ, MAX_LENGTH);
  if (first === null) return { suggestions: [], isWhole: true };
  // A suggestion that cannot be read keeps its place, because each suggestion's error has the same index.
  const suggestions = first.elements.map((element) => suggestion.safeParse(readJson(element)).data ?? null);
  return { suggestions, isWhole: first.isWhole };
}

type Bugs = z.infer<typeof suggestion>["bugs"];

/**
 * Returns the bugs of a line. A list of more than 20 bugs is left out, and with more than 20 open bugs the other bugs are left
 * out too. The message about it is shown unless some open bugs are shown.
 *
 * @see spec/ui.md, section 3
 */
function shownBugs({ open_recent: open, all_others: others }: Bugs) {
  const hasTooManyOpen = open.length > MAX_BUGS;
  const hasTooManyOthers = others.length > MAX_BUGS;
  return {
    open_bugs: hasTooManyOpen ? [] : readBugs(open),
    other_bugs: hasTooManyOpen || hasTooManyOthers ? [] : readBugs(others),
    has_too_many: hasTooManyOpen || (hasTooManyOthers && open.length === 0),
  };
}

function readBugs(bugs: readonly unknown[]): LinkedBug[] {
  return bugs.flatMap((each) => bug.safeParse(each).data ?? []);
}

/**
 * Returns a function that finds the line number of a suggestion. The suggestions that workers make have the order of the errors. If
 * a publisher's suggestions do not, the first error with the same text is used.
 */
function lineNumbers(errors: readonly SummaryError[]): (index: number, search: string) => number | null {
  const byLine = new Map<string, number | null>();
  for (const { line, lineNumber } of errors) {
    // A publisher's own suggestions may show the line with its prefix.
    for (const text of [cleanErrorLine(line), line.trim()]) {
      if (!byLine.has(text)) byLine.set(text, lineNumber);
    }
  }
  return (index, search) => {
    const error = errors[index];
    // `search` is the line without its prefix.
    if (error?.line.includes(search)) return error.lineNumber;
    return byLine.get(search.trim()) ?? null;
  };
}

/** Returns the name of the summarised log. A summary names its log only if that is not one of the logs that pulse-ingest parses. */
function summarisedLog({ logName }: ReadSummary, logs: readonly StoredLog[]): string | null {
  return logName ?? logs.find(({ name }) => isParsedHere(name))?.name ?? null;
}
