import { isUnclassified, statusLooks } from "../job-status.ts";
import type { GridJob } from "./grid-job.ts";
import { type JobFilter, statusWords } from "./grid-view.ts";
import { rowKey } from "./group-jobs.ts";

export type JobTest = (job: GridJob) => boolean;

/** What a filter makes of jobs. */
export interface FilterTests {
  readonly isShown: JobTest;
  /** Whether a job would be shown if the filter left out no status. */
  readonly isOffered: JobTest;
}

/** Returns what a filter asks of each job. The server and the browser both use it, so they show the same. */
export function createTests(filter: JobFilter): FilterTests {
  const isOffered = createOfferTest(filter);
  const hasStatus = createStatusTest(filter.status);
  return { isOffered, isShown: (job) => hasStatus(job) && isOffered(job) };
}

/** Returns whether two filters offer the same jobs, because at most their statuses differ. */
export function offerSame(one: JobFilter, other: JobFilter): boolean {
  return (["text", "tiers", "platforms", "groups", "symbols"] as const).every(
    (name) => one[name] === other[name],
  );
}

/** Returns a function that says whether all conditions but that on the status hold. */
function createOfferTest(filter: JobFilter): JobTest {
  // Each word once: an address has room for a thousand equal ones.
  const words = [...new Set(filter.text.toLowerCase().split(/\s+/))].filter((word) => word !== "");
  const tiers = new Set(filter.tiers);
  const platforms = new Set(filter.platforms);
  const groups = new Set(filter.groups);
  const symbols = new Set(filter.symbols);
  return (job) =>
    tiers.has(job.tier) &&
    (platforms.size === 0 || platforms.has(job.platform) || platforms.has(rowKey(job))) &&
    (groups.size === 0 || groups.has(job.groupSymbol)) &&
    (symbols.size === 0 || symbols.has(job.symbol)) &&
    words.every((word) => job.searched.includes(word));
}

function createStatusTest(wanted: readonly string[]): JobTest {
  const hidden = new Set(
    statusesOf(wanted.filter((word) => word.startsWith("-")).map((word) => word.slice(1))),
  );
  const shownWords = wanted.filter((word) => !word.startsWith("-"));
  const shown = new Set(statusesOf(shownWords));
  const onlyUnclassified = shownWords.includes("unclassified");
  const isAny = shownWords.includes("all");
  return ({ status, classification }) => {
    if (hidden.has(status)) return false;
    // A job whose place another one has taken says nothing, unless somebody asks for it.
    if (shownWords.length === 0) return status !== "coalesced";
    return isAny || (shown.has(status) && (!onlyUnclassified || isUnclassified(classification)));
  };
}

/** Replaces the words for several statuses by these. */
function statusesOf(words: readonly string[]): string[] {
  return words.flatMap((word) =>
    Object.hasOwn(statusWords, word) ? statusWords[word as keyof typeof statusWords] : [word],
  );
}

/** Returns the conditions of a filter in words, for people; empty if there are none. */
export function filterInWords({ text, status, tiers, platforms, groups, symbols }: JobFilter): string[] {
  return [
    ...(text.trim() === "" ? [] : [`text "${text.trim()}"`]),
    ...status.map((word) => (word.startsWith("-") ? `not ${wordOf(word.slice(1))}` : wordOf(word))),
    ...(tiers.length === 0 ? ["no tier"] : [`tier ${tiers.join(", ")}`]),
    ...platforms.map((platform) => `platform ${platform}`),
    ...groups.map((group) => `group ${group}`),
    ...symbols.map((symbol) => `symbol ${symbol}`),
  ];
}

function wordOf(status: string): string {
  if (status === "all") return "every status";
  if (status === "progress") return "in progress";
  if (status === "unclassified") return "unclassified failures";
  return Object.hasOwn(statusLooks, status) ? statusLooks[status as keyof typeof statusLooks].word : status;
}
