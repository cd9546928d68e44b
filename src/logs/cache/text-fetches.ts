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
  /** The most bytes of all texts together. The cache may be larger while logs are being fetched. */
  readonly maxBytes: number;
  readonly limits: TextLimits;
  /** The most logs of one host that are fetched at a time. */
  readonly perHost: number;
  readonly fetchText: FetchText;
  /** How long a fetch continues while no reader waits for it, in milliseconds. Default: 10 s. A page asks again sooner. */
  readonly abandonedMs?: number;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** A log to fetch, and the path of its text. */
type Wanted = Pick<FetchTask, "url" | "path" | "isFinal">;

export interface TextFetches {
  /**
   * Fetches a log. Readers of the same log share one fetch. It continues while a reader waits for it, and for `abandonedMs` after that.
   *
   * @param waitMs - how long to wait; null to wait until the fetch ends.
   * @returns null if the text is in the cache now.
   */
  fetch(wanted: Wanted, waitMs: number | null): Promise<TextOnItsWay | NoLogText | null>;
  /** Ends all fetches. */
  close(): Promise<void>;
}

/** How long a failure is remembered, in milliseconds. A reader who asks again in that time gets it without another fetch. */
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

/** Returns an object that fetches texts into the cache, with limits on how many at a time, in total and for each host. */
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
    // Waiting readers get the error. If no reader waits, the error must not become an unhandled rejection.
    started.end.catch(() => undefined);
    fetching.set(path, started);
    return started;
  }

  async function run(task: FetchTask, stop: AbortSignal, onBytes: (bytes: number) => void) {
    const failure = await fetchOnce(task, stop, onBytes);
    // If the text cannot be written, mostly because the disk is full, all texts that no reader waits for are deleted: the cache has
    // nothing else to delete.
    const isFreed = failure?.reason === "disk" && (await evict(0)) > 0;
    const end = isFreed ? await fetchOnce(task, stop, onBytes) : failure;
    if (end === null) await noteUse(task.path, now(), task.nowMs);
    else remember(task.path, end);
    await evict(maxBytes);
    return end;
  }

  /** Makes room, but keeps the texts that have just arrived: their readers have not opened them yet. */
  const evict = (bytes: number): Promise<number> => evictLogs(folder, bytes, now(), new Set(fetching.keys()));

  async function fetchOnce(task: FetchTask, stop: AbortSignal, onBytes: (bytes: number) => void) {
    try {
      makeFolder(folder);
      return await fetchText(task, stop, onBytes);
    } catch (error) {
      const failure = diskFailure(error);
      if (failure === null) throw error;
      return failure;
    } finally {
      // A part that cannot be deleted now is deleted later, together with texts that are too old.
      await rm(task.part, { force: true }).catch(() => undefined);
    }
  }

  function remember(path: string, failure: TextFailure): void {
    if (isTemporary(failure)) return;
    failed.delete(path);
    failed.set(path, { failure, atMs: now() });
    for (const oldest of failed.keys()) {
      if (failed.size <= MAX_REMEMBERED) break;
      failed.delete(oldest);
    }
  }

  async function wait(running: Fetch, waitMs: number | null): Promise<TextFailure | "waiting" | null> {
    if (running.abandoned !== null) clearTimeout(running.abandoned);
    running.abandoned = null;
    running.waiting++;
    try {
      if (waitMs === null) return await running.end;
      return await withDeadline<TextFailure | "waiting" | null>(running.end, waitMs, () => "waiting");
    } finally {
      running.waiting--;
      if (running.waiting === 0) {
        running.abandoned = setTimeout(() => running.stop.abort(), abandonedMs);
        // This timer need not keep the process alive.
        running.abandoned.unref();
      }
    }
  }

  return {
    async fetch(wanted, waitMs) {
      const { path } = wanted;
      const last = failed.get(path);
      if (!fetching.has(path) && last !== undefined && Math.abs(now() - last.atMs) <= REMEMBERED_MS) {
        return toNoLogText(last.failure);
      }
      const running = fetching.get(path) ?? start(wanted);
      if (running === null) return BUSY;
      const end = await wait(running, waitMs);
      if (end === "waiting") return { ok: false, kind: "fetching", bytes: running.bytes };
      return end === null ? null : toNoLogText(end);
    },
    async close() {
      const all = [...fetching.values()];
      for (const { stop } of all) stop.abort();
      await Promise.allSettled(all.map(({ end }) => end));
    },
  };
}

/** Returns whether a failure is temporary, so that the same request may succeed soon. */
function isTemporary({ reason }: TextFailure): boolean {
  return reason === "server-busy" || reason === "stopped" || reason === "interrupted";
}

function toNoLogText(failure: TextFailure): NoLogText {
  return isTemporary(failure) ? BUSY : { ok: false, kind: "failed", ...failure };
}

const BUSY: NoLogText = {
  ok: false,
  kind: "busy",
  detail: "other logs are being fetched: try again in a few seconds",
};
