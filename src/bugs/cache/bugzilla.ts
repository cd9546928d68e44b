import * as z from "zod";
import type { Bug } from "../../domain/bug.ts";

/** A bug as Bugzilla's REST API gives it; text that is left out, or null, counts as empty. */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

const modified = z
  .string()
  .nullish()
  .transform((value, context) => {
    if (value === null || value === undefined || value === "") return null;
    const instant = readUtc(value);
    if (instant === null) context.addIssue(`is no date-time: ${JSON.stringify(value)}`);
    return instant;
  });

const restBug = z
  .object({
    id: z.int().positive(),
    summary: text,
    status: text,
    resolution: text,
    cf_crash_signature: text,
    op_sys: text,
    keywords: z
      .array(z.string())
      .nullish()
      .transform((words) => (words ?? []).join(",")),
    last_change_time: modified,
  })
  .transform(
    ({ cf_crash_signature: crash_signature, op_sys: os, last_change_time, ...same }): Bug => ({
      ...same,
      crash_signature,
      os,
      modified: last_change_time,
    }),
  );

/**
 * One bug of Bugzilla's REST API as it is kept: `op_sys` becomes `os`, `cf_crash_signature` `crash_signature`, keywords are
 * joined with `,`, `last_change_time` is UTC whatever zone it names.
 *
 * @returns what is wrong with it, by member, where it is no bug.
 */
export function readRestBug(value: unknown): { readonly bug: Bug } | { readonly wrong: string } {
  const parsed = restBug.safeParse(value);
  if (parsed.success) return { bug: parsed.data };
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "it"}: ${message}`);
  return { wrong: wrong.join("; ") };
}

/** Its zone is ignored: Bugzilla gives UTC. */
function readUtc(value: string): string | null {
  const [, local] =
    /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?:Z|[+-]\d\d:?\d\d)?$/i.exec(value) ?? [];
  const ms = local === undefined ? Number.NaN : Date.parse(`${local.replace(" ", "T")}Z`);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** Bugzilla could not be read to the end; nothing of it may be used. */
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
  /** Told the bugs so far after each page. */
  readonly onProgress?: (bugs: number) => void;
  readonly stop?: AbortSignal;
  /** Of one page; the default is 30 s. */
  readonly pageMs?: number;
  /** Of all; the default is 10 minutes. */
  readonly totalMs?: number;
}

const PAGE_BUGS = 500;
const FIELDS = "id,summary,status,resolution,op_sys,cf_crash_signature,keywords,last_change_time";

/**
 * All bugs about intermittent failures that were changed within a year: pages of 500, up to the first that is shorter.
 *
 * @returns by ascending id; empty where Bugzilla has none, which is no reason to forget those that are known.
 * @throws BugzillaError where any page fails.
 */
export async function fetchBugs(options: BugzillaOptions): Promise<Bug[]> {
  const { onProgress, stop, pageMs = 30_000, totalMs = 600_000 } = options;
  const total = AbortSignal.timeout(totalMs);
  const bugs = new Map<number, Bug>();
  for (let offset = 0; ; offset += PAGE_BUGS) {
    const signals = [total, AbortSignal.timeout(pageMs), ...(stop === undefined ? [] : [stop])];
    const page = await fetchPage(options, offset, AbortSignal.any(signals)).catch((error: unknown) => {
      if (stop?.aborted) throw new BugzillaError("it was stopped", error);
      const late = `not read within ${(total.aborted ? totalMs : pageMs) / 1000} s`;
      const why = error instanceof DOMException && error.name === "TimeoutError" ? late : reasonOf(error);
      throw new BugzillaError(`bugs from ${offset} on: ${why}`, error);
    });
    const before = bugs.size;
    page.forEach((value, index) => {
      const read = readRestBug(value);
      if ("wrong" in read) throw new BugzillaError(`bug ${offset + index}: ${read.wrong}`);
      bugs.set(read.bug.id, read.bug);
    });
    onProgress?.(bugs.size);
    if (page.length < PAGE_BUGS) return [...bugs.values()].sort((a, b) => a.id - b.id);
    // Asked on, a server that does not know `offset` would give the same page for ever.
    if (bugs.size === before) throw new BugzillaError(`bugs from ${offset} on: the same again`);
  }
}

const answer = z.object({ bugs: z.array(z.unknown()).default([]) });

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
  const parsed = answer.safeParse(await response.json());
  if (!parsed.success) throw new BugzillaError("the answer holds no list of bugs");
  return parsed.data.bugs;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // `fetch failed` says nothing; what failed is its cause.
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
