import * as z from "zod";
import { artifactIds } from "../../domain/ids.ts";
import { isParsedHere } from "../../domain/log-plan.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import { parsePythonJson } from "../../domain/text/python-json.ts";
import type { ApiReads, LogCursor } from "../../store/ports/api-reads.ts";
import type { JobReads } from "../../store/ports/job-reads.ts";
import type { StoredLog } from "../../store/ports/log-store.ts";
import { numberParts } from "./part-numbers.ts";
import { type ShownArtifact, shownArtifacts } from "./shown-artifacts.ts";

export type SummaryReads = Pick<ApiReads, "listArtifacts"> & Pick<JobReads, "findArtifact">;
export type SummaryLists = SummaryReads & Pick<ApiReads, "listChangedLogs"> & Pick<JobReads, "findJob">;

/** One error line of a log that a worker parsed. */
export interface SummaryLine {
  readonly id: number;
  /** The number of the summary that contains the line. */
  readonly summary: number;
  readonly line_number: number | null;
  readonly line: string;
  readonly failure_line: null;
  readonly bug_number: null;
  readonly bug: null;
  readonly verified: false;
}

/** The result of parsing a log, if a worker parsed it. */
export interface LogSummaryView {
  readonly id: number;
  readonly job_guid: string;
  readonly repository: string;
  readonly text_log_summary_artifact_id: number;
  readonly bug_suggestions_artifact_id: number | null;
  /** The content of the artifact. */
  readonly bug_suggestions: unknown;
  readonly lines: readonly SummaryLine[];
}

const SUMMARY = "text_log_summary";
const SUGGESTIONS = "Bug suggestions";

const errorLine = z.object({ line: z.string().catch(""), linenumber: z.number().nullish().catch(null) });
const summaryBlob = z.object({
  step_data: z.object({ all_errors: z.array(errorLine.catch({ line: "", linenumber: null })) }),
});

/** Returns the error lines of a job's summary, whether a worker made it or a client sent it; empty if there is no summary. */
export async function errorLines(
  store: SummaryReads,
  job: StoredJob,
): Promise<{ id: number; job: number; line: string; line_number: number | null }[]> {
  const summary = (await shownArtifacts(store, job)).find(({ name }) => name === SUMMARY);
  if (summary === undefined) return [];
  const lines = await readLines(store, job, summary);
  return lines.map(({ id, line, line_number }) => ({ id, job: job.rest_id, line, line_number }));
}

/** Returns a job's bug suggestions as they are stored; an empty list if it has none. */
export async function bugSuggestions(
  store: Pick<JobReads, "findArtifact">,
  job: StoredJob,
): Promise<unknown> {
  const artifact = await store.findArtifact(job.project, job.job_guid, SUGGESTIONS);
  return artifact === null ? [] : parsePythonJson(artifact.blob);
}

/** Returns the result of parsing a job's log; null if no worker parsed it, which includes jobs with a submitted summary. */
export async function logSummary(store: SummaryReads, job: StoredJob): Promise<LogSummaryView | null> {
  const artifacts = await shownArtifacts(store, job);
  const summary = artifacts.find(({ name, made_by }) => name === SUMMARY && made_by === "log");
  if (summary === undefined) return null;
  return {
    id: summary.id,
    job_guid: job.job_guid,
    repository: job.project,
    text_log_summary_artifact_id: summary.id,
    bug_suggestions_artifact_id: artifacts.find(({ name }) => name === SUGGESTIONS)?.id ?? null,
    bug_suggestions: await bugSuggestions(store, job),
    lines: await readLines(store, job, summary),
  };
}

async function readLines(
  store: SummaryReads,
  { project, job_guid, rest_id }: StoredJob,
  { id: summary }: ShownArtifact,
): Promise<SummaryLine[]> {
  const artifact = await store.findArtifact(project, job_guid, SUMMARY);
  const errors =
    summaryBlob.safeParse(parsePythonJson(artifact?.blob ?? "")).data?.step_data.all_errors ?? [];
  const base = artifactIds(project, job_guid, SUMMARY);
  const ids = numberParts(
    rest_id,
    errors.map((_, at) => `${base}/${at}`),
  );
  return errors.map(({ line, linenumber }, at) => ({
    ...{ id: ids[at] ?? 0, summary, line_number: linenumber ?? null, line },
    ...{ failure_line: null, bug_number: null, bug: null, verified: false },
  }));
}

/** The position where a page ended: after a log, or after some lines of the next log's summary. */
export interface SummaryCursor {
  readonly log: LogCursor | null;
  readonly lines: number;
}

export interface SummaryPage<Row> {
  readonly rows: readonly Row[];
  /** Null if this is the last page. */
  readonly next: SummaryCursor | null;
}

const PAGE_ROWS = 100;
const LOGS_AT_ONCE = 200;
/** The most logs that are looked at for one page. Because of it, a page with fewer rows is not always the last one. */
const MAX_LOGS = 1000;

/** Returns a page of all summaries, with the most recently parsed log first. */
export function pageOfSummaries(
  store: SummaryLists,
  from: SummaryCursor,
): Promise<SummaryPage<LogSummaryView>> {
  return pageOf(store, from, (summary) => [summary]);
}

/** Returns a page of the error lines of all summaries, in the same order. */
export function pageOfLines(store: SummaryLists, from: SummaryCursor): Promise<SummaryPage<SummaryLine>> {
  return pageOf(store, from, ({ lines }) => lines);
}

async function pageOf<Row>(
  store: SummaryLists,
  from: SummaryCursor,
  rowsOf: (summary: LogSummaryView) => readonly Row[],
): Promise<SummaryPage<Row>> {
  const rows: Row[] = [];
  let { log: last, lines: done } = from;
  for (let seen = 0; seen < MAX_LOGS; seen += LOGS_AT_ONCE) {
    const logs = await store.listChangedLogs(last, LOGS_AT_ONCE);
    for (const log of logs) {
      const summary = isRead(log) ? await summaryOf(store, log) : null;
      const more = summary === null ? [] : rowsOf(summary).slice(done);
      const room = PAGE_ROWS - rows.length;
      for (const row of more.slice(0, room)) rows.push(row);
      if (more.length > room) return { rows, next: { log: last, lines: done + room } };
      last = { last_modified: log.last_modified, id: log.id };
      done = 0;
    }
    if (logs.length < LOGS_AT_ONCE) return { rows, next: null };
  }
  return { rows, next: { log: last, lines: 0 } };
}

function isRead({ name, parse_status }: StoredLog): boolean {
  return parse_status === "parsed" && isParsedHere(name);
}

async function summaryOf(store: SummaryLists, log: StoredLog): Promise<LogSummaryView | null> {
  const view = await store.findJob(log.project, log.job_guid);
  return view === null || !isFirstRead(log, view.logs) ? null : logSummary(store, view.job);
}

/** Returns whether a log was the first of its job to be parsed. The job's only summary is about it, and must not be listed again. */
function isFirstRead({ name, url }: StoredLog, logs: readonly StoredLog[]): boolean {
  const byTime = logs.filter(isRead).toSorted((a, b) => (a.last_modified < b.last_modified ? -1 : 1));
  // A log that was submitted as parsed was never attempted.
  const first = byTime.find(({ attempts }) => attempts > 0) ?? byTime[0];
  return first?.name === name && first.url === url;
}
