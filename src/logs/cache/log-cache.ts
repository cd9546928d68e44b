import { makeFolder } from "../../disk/make-folder.ts";
import { hostOf } from "../../domain/text/url-host.ts";
import { LogFetchError, type LogSource } from "../fetch/log-source.ts";
import type { InflateLimits } from "../inflate/inflate-limits.ts";
import { type CachedLog, fetchIntoCache, openCached, textPath } from "./cached-log.ts";
import { evictLogs, LONGEST_MS } from "./evict-logs.ts";
import type { LogPart, LogSlices } from "./log-slices.ts";
import { readLogLines } from "./read-log-lines.ts";

export interface LogCacheOptions {
  /** Created when the first log is fetched. Several workers may share it. */
  readonly folder: string;
  /** How long all texts together may be. While logs are being fetched there may be more. */
  readonly maxBytes: number;
  readonly source: LogSource;
  readonly limits: InflateLimits & { readonly lines: number };
  /** How many logs of one host are fetched at once. */
  readonly perHost: number;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

export interface LogCache extends LogSlices {
  /** Ends the fetches, and closes the source. */
  close(): Promise<void>;
}

/** The most logs that are fetched for readers at once. */
const FETCHES = 4;
/** How long a log is kept that may still grow, in milliseconds. */
const GROWING_MS = 10_000;

/**
 * Opens a cache of the texts of logs, so that a reader who goes through a log causes one fetch. It is bounded on disk, and
 * belongs to nobody: everything in it can be fetched again.
 */
export function openLogCache({ folder, maxBytes, source, limits, perHost, now }: LogCacheOptions): LogCache {
  /** The fetches in progress by the path of their text. Readers of one log share its fetch. */
  const fetching = new Map<string, { readonly host: string; readonly end: Promise<string | null> }>();
  const stopping = new AbortController();
  const fetchLimits = { ...limits, inflatedBytes: Math.min(limits.inflatedBytes, maxBytes) };

  async function readLines(url: string, from: number, to: number, isFinal: boolean): Promise<LogPart> {
    const path = textPath(folder, url);
    const cached = (await openFresh(path)) ?? (await fetchAndOpen(path, url, isFinal));
    if (!("file" in cached)) return cached;
    try {
      const lines = await readLogLines(cached.file, cached.marks, from, to);
      if (lines !== null) return { ok: true, lines };
      return { ok: false, kind: "too-long", detail: "these lines are too long together: ask for fewer" };
    } finally {
      await cached.file.close();
    }
  }

  async function openFresh(path: string): Promise<CachedLog | null> {
    const cached = await openCached(path, now());
    if (cached === null) return null;
    const ageMs = now() - cached.fetchedAtMs;
    if (ageMs <= (cached.isFinal ? LONGEST_MS : GROWING_MS)) return cached;
    await cached.file.close();
    return null;
  }

  async function fetchAndOpen(path: string, url: string, isFinal: boolean): Promise<CachedLog | LogPart> {
    const host = hostOf(url);
    const busy = [...fetching.values()];
    if (!fetching.has(path)) {
      if (busy.length >= FETCHES || busy.filter((each) => each.host === host).length >= perHost) return BUSY;
      const end = fetchLog(path, url, isFinal).finally(() => fetching.delete(path));
      fetching.set(path, { host, end });
    }
    try {
      const fault = (await fetching.get(path)?.end) ?? null;
      if (fault !== null) return { ok: false, kind: "failed", detail: fault };
    } catch (error) {
      if (!(error instanceof LogFetchError)) throw error;
      const { kind, detail } = error.failure;
      if (kind === "server-busy" || kind === "stopped") return BUSY;
      return { ok: false, kind: "failed", detail: `the log could not be fetched: ${detail}` };
    }
    return (await openCached(path, now())) ?? BUSY;
  }

  async function fetchLog(path: string, url: string, isFinal: boolean): Promise<string | null> {
    makeFolder(folder);
    const { signal: stop } = stopping;
    const fault = await fetchIntoCache(path, source, url, fetchLimits, { isFinal, nowMs: now(), stop });
    await evictLogs(folder, maxBytes, now());
    return fault;
  }

  return {
    readLines,
    async close() {
      stopping.abort();
      await Promise.allSettled([...fetching.values()].map(({ end }) => end));
      await source.close();
    },
  };
}

const BUSY: LogPart = {
  ok: false,
  kind: "busy",
  detail: "other logs are being fetched: try again in a few seconds",
};
