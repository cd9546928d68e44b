import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { makeFolder } from "../../disk/make-folder.ts";
import { hostOf } from "../../domain/text/url-host.ts";
import { withDeadline } from "../../timing/deadline.ts";
import { noteUse, PART_END, TEXT_END } from "./cached-log.ts";
import { evictLogs } from "./evict-logs.ts";
import {
  diskFailure,
  type FetchTask,
  type FetchText,
  type TextFailure,
  type TextLimits,
} from "./fetch-into-cache.ts";
import type { NoLogText } from "./log-slices.ts";
import type { TextOnItsWay } from "./log-texts.ts";
import { TEXTS_AT_ONCE } from "./text-threads.ts";

export interface TextFetchesOptions {
  /** Created when the first log is fetched. Several workers may share it. */
  readonly folder: string;
  /** How long all texts together may be. While logs are being fetched there may be more. */
  readonly maxBytes: number;
  readonly limits: TextLimits;
  /** How many logs of one host are fetched at once. */
  readonly perHost: number;
  readonly fetchText: FetchText;
  /** How long a fetch goes on that nobody waits for, in milliseconds. Default: 10 s. A page asks again sooner. */
  readonly abandonedMs?: number;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** A log that is asked for, and the path of its text. */
type Wanted = Pick<FetchTask, "url" | "path" | "isFinal">;

export interface TextFetches {
  /**
   * Fetches a log. Readers of one log share its fetch. It goes on while somebody waits for it, and for a while after that.
   *
   * @param waitMs - how long to wait; null: to the end.
   * @returns null if the text is there now.
   */
  fetch(wanted: Wanted, waitMs: number | null): Promise<TextOnItsWay | NoLogText | null>;
  /** Ends the fetches. */
  close(): Promise<void>;
}

/** How long a failed fetch is remembered, so that readers who ask again are told; in milliseconds. */
const REMEMBERED_MS = 10_000;
const MAX_REMEMBERED = 200;

interface Fetch {
  readonly host: string;
  readonly end: Promise<TextFailure | null>;
  readonly stop: AbortController;
  bytes: number;
  waiting: number;
  abandoned: NodeJS.Timeout | null;
}

/** Opens what fetches texts into the cache: a few at a time, and a few of each host. */
export function openTextFetches(options: TextFetchesOptions): TextFetches {
  const { folder, maxBytes, limits, perHost, fetchText, abandonedMs = 10_000, now } = options;
  /** The fetches in progress, by the path of their text. */
  const fetching = new Map<string, Fetch>();
  const failed = new Map<string, { readonly failure: TextFailure; readonly atMs: number }>();
  const fetchLimits = { ...limits, inflatedBytes: Math.min(limits.inflatedBytes, maxBytes) };

  function start({ url, path, isFinal }: Wanted): Fetch | null {
    const host = hostOf(url);
    const busy = [...fetching.values()];
    if (busy.length >= TEXTS_AT_ONCE || busy.filter((each) => each.host === host).length >= perHost) {
      return null;
    }
    const stop = new AbortController();
    const part = `${path.slice(0, -TEXT_END.length)}.${randomUUID()}${PART_END}`;
    const task: FetchTask = { url, path, part, isFinal, nowMs: now(), limits: fetchLimits };
    const started: Fetch = {
      ...{ host, stop, bytes: 0, waiting: 0, abandoned: null },
      end: run(task, stop.signal, (bytes) => {
        started.bytes = bytes;
      }).finally(() => {
        if (started.abandoned !== null) clearTimeout(started.abandoned);
        fetching.delete(path);
      }),
    };
    // Those who wait get the error themselves. If nobody waits, it must not become an unhandled rejection.
    started.end.catch(() => undefined);
    fetching.set(path, started);
    return started;
  }

  async function run(task: FetchTask, stop: AbortSignal, onBytes: (bytes: number) => void) {
    const failure = await fetchOnce(task, stop, onBytes);
    // On a full disk, the other texts have to go. There is nothing else that this cache could give up.
    const isFreed = failure?.reason === "disk" && (await evictLogs(folder, 0, now())) > 0;
    const end = isFreed ? await fetchOnce(task, stop, onBytes) : failure;
    if (end === null) await noteUse(task.path, now(), task.nowMs);
    else remember(task.path, end);
    await evictLogs(folder, maxBytes, now());
    return end;
  }

  async function fetchOnce(task: FetchTask, stop: AbortSignal, onBytes: (bytes: number) => void) {
    try {
      makeFolder(folder);
      return await fetchText(task, stop, onBytes);
    } catch (error) {
      const failure = diskFailure(error);
      if (failure === null) throw error;
      return failure;
    } finally {
      // What cannot be deleted now is deleted with the texts that are too old.
      await rm(task.part, { force: true }).catch(() => undefined);
    }
  }

  function remember(path: string, failure: TextFailure): void {
    if (isPassing(failure)) return;
    failed.delete(path);
    failed.set(path, { failure, atMs: now() });
    for (const oldest of failed.keys()) {
      if (failed.size <= MAX_REMEMBERED) break;
      failed.delete(oldest);
    }
  }

  async function wait(one: Fetch, waitMs: number | null): Promise<TextFailure | "waiting" | null> {
    if (one.abandoned !== null) clearTimeout(one.abandoned);
    one.abandoned = null;
    one.waiting++;
    try {
      if (waitMs === null) return await one.end;
      return await withDeadline<TextFailure | "waiting" | null>(one.end, waitMs, () => "waiting");
    } finally {
      one.waiting--;
      if (one.waiting === 0) {
        one.abandoned = setTimeout(() => one.stop.abort(), abandonedMs);
        // It need not keep the process alive.
        one.abandoned.unref();
      }
    }
  }

  return {
    async fetch(wanted, waitMs) {
      const { path } = wanted;
      const last = failed.get(path);
      if (!fetching.has(path) && last !== undefined && Math.abs(now() - last.atMs) <= REMEMBERED_MS) {
        return shown(last.failure);
      }
      const one = fetching.get(path) ?? start(wanted);
      if (one === null) return BUSY;
      const end = await wait(one, waitMs);
      if (end === "waiting") return { ok: false, kind: "fetching", bytes: one.bytes };
      return end === null ? null : shown(end);
    },
    async close() {
      const all = [...fetching.values()];
      for (const { stop } of all) stop.abort();
      await Promise.allSettled(all.map(({ end }) => end));
    },
  };
}

/** The same question may succeed soon. */
function isPassing({ reason }: TextFailure): boolean {
  return reason === "server-busy" || reason === "stopped" || reason === "interrupted";
}

function shown(failure: TextFailure): NoLogText {
  return isPassing(failure) ? BUSY : { ok: false, kind: "failed", ...failure };
}

const BUSY: NoLogText = {
  ok: false,
  kind: "busy",
  detail: "other logs are being fetched: try again in a few seconds",
};
