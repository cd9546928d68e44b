import { ok, type Result, refuse } from "../domain/faults.ts";
import type { Refusal } from "../domain/submission.ts";
import { blankLogUrl, blankUrls } from "../domain/text/blank-url.ts";
import { firstCharacters } from "../domain/text/characters.ts";
import { isJsonObject } from "../domain/text/json-object.ts";
import type { Source } from "../domain/text/source-json.ts";
import type { PulseJob } from "../validate/message-types.ts";
import { epochSeconds } from "./epoch-seconds.ts";
import { stepResult } from "./job-result.ts";

type Job = Source<PulseJob>;
type Log = NonNullable<Job["logs"]>[number];
type Step = NonNullable<Log["steps"]>[number];

/** The log viewer finds logs with these names without help, so their summaries need no `logname`. */
const DEFAULT_LOG_NAMES = new Set(["buildbot_text", "builds-4h"]);

/**
 * Returns the artifacts of a Pulse job in this order: `Job Info`, then `text_log_summary` for the first log that has steps, and
 * then the objects in `extra.artifacts`, unchanged except for the guid.
 *
 * @returns fault `unreadable-time` if the time of a step cannot be parsed.
 */
export function pulseArtifacts(message: Job): Result<readonly unknown[]> {
  const artifacts: unknown[] = [];
  if (message.jobInfo !== undefined) artifacts.push(jobInfo(message.taskId, message.jobInfo));
  const parsed = message.logs?.findIndex((log) => log.steps !== undefined) ?? -1;
  const log = message.logs?.[parsed];
  if (log !== undefined) {
    const summary = textLogSummary(message, log, parsed);
    if (!summary.ok) return summary;
    artifacts.push(summary.value);
  }
  const extra = message.extra?.["artifacts"];
  for (const artifact of Array.isArray(extra) ? extra : []) {
    if (isJsonObject(artifact)) artifacts.push({ ...artifact, job_guid: message.taskId });
  }
  return ok(artifacts);
}

function jobInfo(guid: string, { summary, links = [] }: NonNullable<Job["jobInfo"]>): object {
  const details: unknown[] = [];
  if (summary !== undefined) details.push({ content_type: "raw_html", value: summary, title: "Summary" });
  for (const link of links) {
    if (isLink(link)) details.push(linkDetail(link));
  }
  return { name: "Job Info", type: "json", job_guid: guid, blob: { job_details: details } };
}

/** Returns refusals for the links and artifacts that cannot be used. The rest of the job is stored. */
export function unusableParts({ jobInfo, extra }: Job): readonly Refusal[] {
  const reasonOfLink = "url, linkText and label must be text";
  const ofLinks = misfits(jobInfo?.links ?? [], isLink, "link", reasonOfLink);
  const artifacts = extra?.["artifacts"];
  if (artifacts === undefined) return ofLinks;
  if (!Array.isArray(artifacts)) return [...ofLinks, { what: "extra.artifacts", reason: "must be an array" }];
  return [...ofLinks, ...misfits(artifacts, isJsonObject, "extra.artifacts", "must be an object")];
}

/** The maximum number of items in one list that are refused one by one. */
const MAX_MISFITS = 50;

/** Returns refusals for the items of a list that do not fit. Those beyond the first {@link MAX_MISFITS} are only counted. */
function misfits(
  items: readonly unknown[],
  fits: (item: unknown) => boolean,
  what: string,
  reason: string,
): Refusal[] {
  const refused: Refusal[] = [];
  let more = 0;
  for (const [index, item] of items.entries()) {
    if (fits(item)) continue;
    if (refused.length < MAX_MISFITS) refused.push({ what: `${what} ${index}`, reason });
    else more++;
  }
  return more === 0 ? refused : [...refused, { what: `${more} more of ${what}`, reason }];
}

interface Link {
  readonly url: string;
  readonly linkText: string;
  readonly label: string;
}

/** Returns whether a value is a valid link. The schema checks only the first link, so a later one may be any value. */
function isLink(link: unknown): link is Link {
  if (!isJsonObject(link)) return false;
  const { url, linkText, label } = link;
  return typeof url === "string" && typeof linkText === "string" && typeof label === "string";
}

function linkDetail({ url, linkText, label }: Link): object {
  return { url, content_type: "link", value: linkText, title: label };
}

function textLogSummary(message: Job, log: Log, logIndex: number): Result<object> {
  const steps: object[] = [];
  const allErrors: unknown[] = [];
  for (const [order, step] of (log.steps ?? []).entries()) {
    const made = toStep(step, order, message, `/logs/${logIndex}/steps/${order}`);
    if (!made.ok) return made;
    steps.push(made.value);
    for (const error of step.errors ?? []) allErrors.push(error);
  }
  const stepData = { all_errors: allErrors, steps, errors_truncated: log.errorsTruncated ?? null };
  // Readers get the artifact as it is stored, so credentials are removed here. The log reference keeps them in its URL.
  const blob = { step_data: stepData, logurl: blankLogUrl(log.url) };
  const named = DEFAULT_LOG_NAMES.has(log.name) ? blob : { ...blob, logname: log.name };
  return ok({ name: "text_log_summary", type: "json", job_guid: message.taskId, blob: named });
}

function toStep(step: Step, order: number, message: Job, pointer: string): Result<object> {
  const started = epochSeconds(step.timeStarted);
  if (started === null) return unreadable(`${pointer}/timeStarted`, step.timeStarted);
  const finished = epochSeconds(step.timeFinished);
  if (finished === null) return unreadable(`${pointer}/timeFinished`, step.timeFinished);
  const { name, lineStarted, lineFinished, errors = [] } = step;
  return ok({
    name,
    result: stepResult(message.jobKind, step.result),
    started,
    finished,
    started_linenumber: lineStarted,
    finished_linenumber: lineFinished,
    errors,
    error_count: errors.length,
    duration: finished - started,
    order,
  });
}

/** Returns the fault for a time that cannot be parsed. It rejects only this job, not the others in the message. */
export function unreadable(pointer: string, value: string): ReturnType<typeof refuse> {
  return refuse({ reason: "unreadable-time", pointer, value: firstCharacters(blankUrls(value), 100) });
}
