import * as z from "zod";
import type { Bug } from "../../domain/bug.ts";

/** A text in a bug from Bugzilla's REST API. An absent text, or null, counts as empty. */
const text = z
  .string("must be text")
  .nullish()
  .transform((value) => value ?? "");

/** A bug that was read from Bugzilla's REST API. */
export interface ReadBug {
  readonly bug: Bug;
  /** The reason why the time of the last change cannot be parsed, so that the bug is kept without a time; null if there is none. */
  readonly wrongTime: string | null;
}

const anId = "must be the number of a bug";
const restBug = z
  .object(
    {
      id: z.int(anId).positive(anId),
      summary: text,
      status: text,
      resolution: text,
      cf_crash_signature: text,
      op_sys: text,
      keywords: z
        .array(z.string("must be text"), "must be a list")
        .nullish()
        .transform((words) => (words ?? []).join(",")),
      last_change_time: z.unknown().optional(),
    },
    "must be an object",
  )
  .transform(
    ({ cf_crash_signature: crash_signature, op_sys: os, last_change_time: time, ...same }): ReadBug => {
      const isGiven = time !== undefined && time !== null && time !== "";
      const modified = typeof time === "string" ? readUtc(time) : null;
      const wrongTime = `last_change_time: must be a date-time, not ${JSON.stringify(time)}`;
      return {
        bug: { ...same, crash_signature, os, modified },
        wrongTime: isGiven && modified === null ? wrongTime : null,
      };
    },
  );

/**
 * Converts a bug from Bugzilla's REST API into the form in which it is stored: `op_sys` becomes `os`, `cf_crash_signature`
 * becomes `crash_signature`, keywords are joined with `,`, and `last_change_time` is read as UTC, whatever zone it names.
 *
 * @returns the bug, or a description of each wrong member if the value is not a bug.
 */
export function readRestBug(value: unknown): ReadBug | { readonly wrong: string } {
  const parsed = restBug.safeParse(value);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "it"}: ${message}`);
  return { wrong: wrong.join("; ") };
}

/** Returns a time in ISO 8601, or null if it cannot be parsed. Its zone is ignored, because Bugzilla's times are UTC. */
function readUtc(value: string): string | null {
  const [, local] =
    /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?:Z|[+-]\d\d:?\d\d)?$/i.exec(value) ?? [];
  const ms = local === undefined ? Number.NaN : Date.parse(`${local.replace(" ", "T")}Z`);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** Thrown if some bugs could not be read. The others must not be used either. */
export class BugzillaError extends Error {
  constructor(detail: string, cause?: unknown) {
    super(detail, { cause });
    this.name = "BugzillaError";
  }
}

export interface BugzillaOptions {
  /** E.g. `https://bugzilla.mozilla.org`. */
  readonly baseUrl: string;
  readonly userAgent: string;
  /** Called after each page with the number of bugs so far. */
  readonly onProgress?: (bugs: number) => void;
  readonly stop?: AbortSignal;
  /** The time limit of one page. Default: 30 s. */
  readonly pageMs?: number;
  /** The time limit of all pages. Default: 10 minutes. */
  readonly totalMs?: number;
}

const PAGE_BUGS = 500;
const FIELDS = "id,summary,status,resolution,op_sys,cf_crash_signature,keywords,last_change_time";

/** The bugs of a complete fetch. */
export interface FetchedBugs {
  /** The bugs by ascending id. If the list is empty, keep the bugs that are already in the cache. */
  readonly bugs: readonly Bug[];
  /** The ids of the bugs whose time of the last change cannot be parsed. */
  readonly untimed: readonly number[];
}

/**
 * Fetches all bugs about intermittent failures that were changed within a year, in pages of 500 up to the first shorter one.
 *
 * A bug whose time of the last change cannot be parsed is kept without a time, so that it does not stop the sync of all others.
 *
 * @throws BugzillaError if any page fails, or if no time can be parsed, because then Bugzilla has changed the format of its times.
 */
export async function fetchBugs(options: BugzillaOptions): Promise<FetchedBugs> {
  const { onProgress, stop, pageMs = 30_000, totalMs = 600_000 } = options;
  const total = AbortSignal.timeout(totalMs);
  const bugs = new Map<number, ReadBug>();
  for (let offset = 0; ; offset += PAGE_BUGS) {
    const signals = [total, AbortSignal.timeout(pageMs), ...(stop === undefined ? [] : [stop])];
    const page = await fetchPage(options, offset, AbortSignal.any(signals)).catch((error: unknown) => {
      if (stop?.aborted) throw new BugzillaError("the sync was stopped", error);
      const late = `not read within ${(total.aborted ? totalMs : pageMs) / 1000} s`;
      const why = error instanceof DOMException && error.name === "TimeoutError" ? late : reasonOf(error);
      throw new BugzillaError(`bugs from ${offset} on: ${why}`, error);
    });
    const before = bugs.size;
    page.forEach((value, index) => {
      const read = readRestBug(value);
      if ("wrong" in read) throw new BugzillaError(`bug ${offset + index}: ${read.wrong}`);
      bugs.set(read.bug.id, read);
    });
    onProgress?.(bugs.size);
    if (page.length < PAGE_BUGS) return inOrder([...bugs.values()]);
    // A server that ignores `offset` would return the same page forever.
    if (bugs.size === before)
      throw new BugzillaError(`bugs from ${offset} on: the server returned the same bugs again`);
  }
}

function inOrder(read: readonly ReadBug[]): FetchedBugs {
  const sorted = read.toSorted((a, b) => a.bug.id - b.bug.id);
  const wrong = sorted.filter(({ wrongTime }) => wrongTime !== null);
  const [first] = wrong;
  if (first !== undefined && wrong.length === sorted.length) {
    throw new BugzillaError(
      `no bug has a time that can be read; bug number ${first.bug.id}: ${first.wrongTime}`,
    );
  }
  return { bugs: sorted.map(({ bug }) => bug), untimed: wrong.map(({ bug }) => bug.id) };
}

const answer = z.object({ bugs: z.array(z.unknown()).default([]) });

/** An error that Bugzilla returns instead of bugs, sometimes with status 200. */
const refusal = z.object({ error: z.literal(true), message: z.string().catch("no reason given") });

async function fetchPage(
  { baseUrl, userAgent }: BugzillaOptions,
  offset: number,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const url = new URL(`${baseUrl.replace(/\/+$/, "")}/rest/bug`);
  url.search = new URLSearchParams({
    keywords: "intermittent-failure",
    chfieldfrom: "-1y",
    include_fields: FIELDS,
    offset: String(offset),
    limit: String(PAGE_BUGS),
  }).toString();
  const response = await fetch(url, {
    headers: { accept: "application/json", "user-agent": userAgent },
    signal,
  });
  if (!response.ok) throw new BugzillaError(`HTTP ${response.status} from ${url.host}`);
  const body: unknown = await response.json();
  const refused = refusal.safeParse(body);
  if (refused.success) throw new BugzillaError(`an error from ${url.host}: ${refused.data.message}`);
  const parsed = answer.safeParse(body);
  if (!parsed.success) throw new BugzillaError("the answer has no list of bugs");
  return parsed.data.bugs;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The message is only `fetch failed`; the cause says why.
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
