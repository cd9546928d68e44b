import { ThreadFailure } from "../../threads/thread-pool.ts";
import { type CachedLog, openCached, textPath } from "./cached-log.ts";
import { LONGEST_MS } from "./evict-logs.ts";
import type { TextFailure } from "./fetch-into-cache.ts";
import type { LogSlices, NoLogText } from "./log-slices.ts";
import type { LogTexts, ShownText, TextFacts, TextOnItsWay } from "./log-texts.ts";
import { readLogLines, type SliceLimits } from "./read-log-lines.ts";
import { openTextFetches, type TextFetchesOptions } from "./text-fetches.ts";
import { TEXTS_AT_ONCE, type TextWork } from "./text-threads.ts";

export interface LogCacheOptions extends Omit<TextFetchesOptions, "fetchText"> {
  readonly work: TextWork;
}

export interface LogCache extends LogSlices, LogTexts {
  /** Ends all fetches and searches. */
  close(): Promise<void>;
}

/** How long a copy of a log that may still grow is used, in milliseconds. */
const GROWING_MS = 10_000;
const MIB = 1024 * 1024;
/** The most that one request to the REST API returns. Its lines are never cut. */
const WHOLE_LINES: SliceLimits = { lines: 20_000, bytes: 8 * MIB, lineBytes: Number.POSITIVE_INFINITY };
/** The most that one request of a page returns. No page shows more of a line. */
const SHOWN_LINES: SliceLimits = { lines: 2000, bytes: 4 * MIB, lineBytes: 10_000 };
/** The most searches that wait for a thread. Further ones are refused. */
const WAITING_FINDS = 16;

/**
 * Opens a cache for the texts of logs, so that a reader who goes through a log causes only one fetch. Its size on disk is limited.
 * Any of its files may be deleted at any time, because everything in it can be fetched again.
 */
export function openLogCache({ work, ...options }: LogCacheOptions): LogCache {
  const { folder, now } = options;
  const fetches = openTextFetches({ ...options, fetchText: work.fetchText });
  let finds = 0;

  /**
   * Opens a log, and fetches it first if necessary.
   *
   * @param waitMs - how long to wait for the fetch; null to wait until it ends.
   */
  async function open(
    { url, isFinal, asOfMs }: ShownText,
    waitMs: number | null,
  ): Promise<CachedLog | TextOnItsWay | NoLogText> {
    const path = textPath(folder, url);
    const fresh = await openFresh(path, asOfMs);
    if (fresh !== null) return fresh;
    return (await fetches.fetch({ url, path, isFinal }, waitMs)) ?? (await openCached(path, now())) ?? BUSY;
  }

  async function openFresh(path: string, asOfMs: number | null): Promise<CachedLog | null> {
    const cached = await openCached(path, now());
    if (cached === null) return null;
    // A copy that seems to be from the future was fetched before the clock was set back.
    const ageMs = Math.abs(now() - cached.fetchedAtMs);
    const isRecentEnough = asOfMs !== null && cached.fetchedAtMs >= asOfMs;
    if (ageMs <= (cached.isFinal || isRecentEnough ? LONGEST_MS : GROWING_MS)) return cached;
    await cached.file.close();
    return null;
  }

  /** Opens a text, calls `answer` with it if it is there, and closes it. */
  async function withText<T>(
    text: ShownText,
    waitMs: number | null,
    answer: (cached: CachedLog, facts: TextFacts) => Promise<T>,
  ): Promise<T | TextOnItsWay | NoLogText> {
    const cached = await open(text, waitMs);
    if (!("file" in cached)) return cached;
    const { lines: total, bytes, isFinal, fetchedAtMs } = cached;
    try {
      return await answer(cached, { total, bytes, isFinal, fetchedAtMs });
    } finally {
      await cached.file.close();
    }
  }

  /** Runs a search unless too many others are in progress. */
  async function search<T>(work: () => Promise<T>): Promise<T | NoLogText> {
    if (finds >= TEXTS_AT_ONCE + WAITING_FINDS) return BUSY_FINDING;
    finds++;
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ThreadFailure)) throw error;
      // The caller that has stopped the search does not read the answer.
      return error.kind === "stopped" ? BUSY_FINDING : failed({ reason: error.kind, detail: error.message });
    } finally {
      finds--;
    }
  }

  return {
    async readLines(url, from, to, isFinal) {
      const part = await withText({ url, isFinal, asOfMs: null }, null, async ({ file, marks }) => {
        const lines = await readLogLines(file, marks, { from, to }, WHOLE_LINES);
        return lines === null ? TOO_LONG : { ok: true as const, lines };
      });
      if (part.ok) return { ok: true, lines: part.lines.map(({ text, index }) => ({ text, index })) };
      // `fetching` should not occur here, because the wait has no time limit.
      return part.kind === "fetching" ? BUSY : part;
    },
    readPart: (text, from, to, waitMs) =>
      withText(text, waitMs, async ({ file, marks }, facts) => {
        const lines = await readLogLines(file, marks, { from, to }, SHOWN_LINES);
        return lines === null ? TOO_LONG : { ok: true as const, facts, lines };
      }),
    find: (text, question, waitMs, stop) =>
      withText(text, waitMs, ({ path, lines }, facts) =>
        search(async () => {
          const found = await work.findText(path, { ...question, lines }, stop);
          return found === null ? BUSY : { ok: true as const, facts, found };
        }),
      ),
    findErrors: (text, waitMs, stop) =>
      withText(text, waitMs, ({ path }, facts) =>
        search(async () => {
          const found = await work.findErrors(path, stop);
          if (found === null) return BUSY;
          return "lines" in found ? { ok: true as const, facts, ...found } : failed(found);
        }),
      ),
    async close() {
      await fetches.close();
      await work.close();
    },
  };
}

function failed(failure: TextFailure): NoLogText {
  return { ok: false, kind: "failed", ...failure };
}

const BUSY: NoLogText = {
  ok: false,
  kind: "busy",
  detail: "other logs are being fetched: try again in a few seconds",
};
const BUSY_FINDING: NoLogText = {
  ok: false,
  kind: "busy",
  detail: "other logs are being searched: try again in a few seconds",
};
const TOO_LONG: NoLogText = {
  ok: false,
  kind: "too-long",
  detail: "these lines are too long together: ask for fewer",
};
