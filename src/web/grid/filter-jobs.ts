import { isUnclassified, statusLooks } from "../job-status.ts";
import type { GridJob } from "./grid-job.ts";
import { type JobFilter, statusWords } from "./grid-view.ts";
import { rowKey } from "./group-jobs.ts";

export type JobTest = (job: GridJob) => boolean;

/** The tests that a filter applies to each job. */
export interface FilterTests {
  readonly isShown: JobTest;
  /** Whether a job matches all conditions of the filter except those on the status. */
  readonly isOffered: JobTest;
}

/** Returns the tests of a filter. The server and the browser share them, so that both show the same jobs. */
export function createTests(filter: JobFilter): FilterTests {
  const isOffered = createOfferTest(filter);
  const hasStatus = createStatusTest(filter.status);
  return { isOffered, isShown: (job) => hasStatus(job) && isOffered(job) };
}

/** Returns whether two filters differ at most in their statuses, so that they offer the same jobs. */
export function offerSame(one: JobFilter, other: JobFilter): boolean {
  return (["text", "tiers", "platforms", "groups", "symbols"] as const).every(
    (name) => one[name] === other[name],
  );
}

/** Returns a test for all conditions of a filter except those on the status. */
function createOfferTest(filter: JobFilter): JobTest {
  // Duplicates are removed, because an address can repeat one word a thousand times.
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
    // A coalesced job does not run, because another job runs instead of it. It is shown only on request.
    if (shownWords.length === 0) return status !== "coalesced";
    return isAny || (shown.has(status) && (!onlyUnclassified || isUnclassified(classification)));
  };
}

/** Replaces each word that stands for several statuses with those statuses. */
function statusesOf(words: readonly string[]): string[] {
  return words.flatMap((word) =>
    Object.hasOwn(statusWords, word) ? statusWords[word as keyof typeof statusWords] : [word],
  );
}

/** Returns the conditions of a filter in words. */
export function filterInWords({ text, status, tiers, platforms, groups, symbols }: JobFilter): string[] {
  return [
    ...(text.trim() === "" ? [] : [`text "${text.trim()}"`]),
    ...status.map((word) => (word.startsWith("-") ? `not ${wordOf(word.slice(1))}` : wordOf(word))),
    ...(tiers.length === 0 ? ["all tiers off"] : [`tier ${tiers.join(", ")}`]),
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
