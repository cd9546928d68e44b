import { JOB_INFO } from "../../domain/ids.ts";
import { logName } from "../../domain/log-name.ts";
import { isParsedHere } from "../../domain/log-plan.ts";
import type { Artifact } from "../../domain/submission.ts";
import { blankTexts } from "../../domain/text/blank-texts.ts";
import { blankLogUrl } from "../../domain/text/blank-url.ts";
import type { JobReads, JobView } from "../../store/ports/job-reads.ts";
import type { StoredLog } from "../../store/ports/log-store.ts";
import type { LogSummaryState, ViewedLog, ViewedStep } from "../../web/log/viewed-log.ts";
import { jobInfoEntries } from "../job/job-info.ts";
import { type SummarySteps, summarySteps } from "./summary-steps.ts";

/** A log that a page asks for. */
export interface AskedLog {
  readonly project: string;
  readonly guid: string;
  /** Null for the log that the job's summary names, or otherwise the first log that pulse-ingest parses. */
  readonly log: string | null;
}

const SUMMARY = "text_log_summary";

/** Returns everything that the log page shows except the lines; null if the project has no such job. */
export async function viewLog(
  store: Pick<JobReads, "findJob" | "findArtifact" | "findResultSet">,
  { project, guid, log }: AskedLog,
): Promise<ViewedLog | null> {
  const find = (name: string): Promise<Artifact | null> => store.findArtifact(project, guid, name);
  const [view, artifact, info, builder] = await Promise.all([
    store.findJob(project, guid),
    find(SUMMARY),
    find(JOB_INFO),
    find("buildapi"),
  ]);
  if (view === null) return null;
  const read = artifact === null ? null : summarySteps(artifact.blob);
  const { refused, transitions, write_id, rest_id, last_modified, ...job } = view.job;
  const wanted = log ?? read?.logName ?? null;
  const chosen = chooseLog(view.logs, wanted);
  const state = artifact === null ? "none" : summaryState(read, view.logs, chosen);
  const shownInfo = jobInfoEntries(info, builder);
  const isOfThis = state === "of-this-log" && read !== null;
  return {
    job,
    coalesced_to: view.coalesced_to,
    revision: await revisionOf(store, view),
    details: blankTexts(shownInfo.entries),
    has_more_details: shownInfo.isCut,
    logs: view.logs.map(logChoice),
    chosen: chosen === null ? null : logChoice(chosen),
    wanted,
    wanted_by: log === null ? "summary" : "address",
    summary: state,
    steps: isOfThis ? blankTexts(read.steps) : [],
    failing: isOfThis ? failingLines(read) : [],
    opens_at: isOfThis ? firstPosition(read) : null,
  };
}

/** Returns the log that a page asks for, or null if there is none. */
export async function findLog(
  store: Pick<JobReads, "findJob" | "findArtifact">,
  { project, guid, log }: AskedLog,
): Promise<{ readonly url: string; readonly isFinal: boolean } | null> {
  const view = await store.findJob(project, guid);
  if (view === null) return null;
  const artifact = log === null ? await store.findArtifact(project, guid, SUMMARY) : null;
  const wanted = log ?? (artifact === null ? null : (summarySteps(artifact.blob)?.logName ?? null));
  const chosen = chooseLog(view.logs, wanted);
  return chosen === null ? null : { url: chosen.url, isFinal: view.job.state === "completed" };
}

function chooseLog(logs: readonly StoredLog[], wanted: string | null): StoredLog | null {
  const named = wanted === null ? null : logName(wanted);
  return logs.find(({ name }) => (named === null ? isParsedHere(name) : name === named)) ?? null;
}

function logChoice({ name, url, parse_status }: StoredLog) {
  return { name, url: blankLogUrl(url), parse_status };
}

/** Returns whether the summary is about the chosen log. A summary that names no log is about the first log that pulse-ingest parses. */
function summaryState(
  read: SummarySteps | null,
  logs: readonly StoredLog[],
  chosen: StoredLog | null,
): LogSummaryState {
  if (read === null) return "unreadable";
  const summarised = read.logName ?? chooseLog(logs, null)?.name;
  return chosen !== null && chosen.name === summarised ? "of-this-log" : "of-another-log";
}

function failingLines({ steps, errors }: SummarySteps): number[] {
  const numbers = [...errors, ...steps.flatMap((step) => step.errors)].flatMap(
    ({ line_number }) => line_number ?? [],
  );
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}

/** @see spec/ui.md, section 4, row 8 */
function firstPosition({ steps, errors }: SummarySteps): ViewedLog["opens_at"] {
  const error = errors.find(({ line_number }) => line_number !== null)?.line_number;
  if (error !== undefined && error !== null) return { first: error, last: error };
  const step = steps.find(hasFailed);
  if (step?.first_line == null) return null;
  return { first: step.first_line, last: Math.max(step.first_line, step.last_line ?? step.first_line) };
}

function hasFailed({ result }: ViewedStep): boolean {
  return result !== "success";
}

async function revisionOf(store: Pick<JobReads, "findResultSet">, { job }: JobView): Promise<string | null> {
  // An id is `project/short_revision`, with some characters of each part percent-encoded.
  const revision = decodeURIComponent(job.result_set.slice(job.result_set.indexOf("/") + 1));
  return (await store.findResultSet(job.project, revision))?.revision ?? null;
}
