import { faultErrors } from "../../domain/explain-fault.ts";
import { isParsedHere } from "../../domain/log-plan.ts";
import { originInWords, storedSenderOf } from "../../domain/origin.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import type { StoredJob, Transition } from "../../domain/stored-job.ts";
import { counted } from "../../domain/text/counted.ts";
import { printable } from "../../domain/text/printable.ts";
import type { Explanation } from "../../queries/explanation.ts";
import type { ArtifactMaker, ExplainedJob, StoredSuggestions } from "../../store/ports/job-reads.ts";
import type { StoredLog } from "../../store/ports/log-store.ts";
import { columns } from "./columns.ts";
import { cutName, cutToWidth, cutUrl } from "./cut-to-width.ts";

/** Renders the explanation as text: one part for each job, then the rejections. Pure. */
export function renderExplanation(explanation: Explanation): string {
  const { jobs, rejections } = explanation;
  if (jobs.length + rejections.length === 0) return unknown(explanation);
  const parts = jobs.map(renderJob);
  if (rejections.length > 0) parts.push(`Rejected\n${rejections.map(renderRejection).join("")}`);
  return parts.join("\n");
}

function unknown({ guid, project, store, only_counted }: Explanation): string {
  const where = project === null ? "" : ` in project ${project}`;
  return printable(
    `Nothing is known of ${guid}${where}: no job, no rejection. The store is ${store}.`,
  ).concat(`
What to check next:
  - Is the task id spelled as in the message? Case matters. The run (task/0) may be left out.
  - Is this the worker's store? MONGODB_URL or DATA_DIR must be the same as the worker's.
  - Can the message arrive? pulse-ingest check --connect lists the exchanges and routing keys that are read.
  - Is it still on its way? pulse-ingest status shows degraded exchanges, the queue and the spool.
  - Could the message be read? A broken one has no task id: see pulse-ingest rejections list --reason malformed-body.
  - Is its state unscheduled? Such jobs are not stored.
${onlyCountedLines(only_counted)}`);
}

/** How many rows of only-counted rejections are shown. There is one row for each day and exchange. */
const SHOWN_COUNTS = 5;

function onlyCountedLines(counts: Explanation["only_counted"]): string {
  if (counts.length === 0) return "";
  const lines = counts
    .slice(0, SHOWN_COUNTS)
    .map(({ day, exchange, messages }) => `      ${printable(`${day}  ${exchange}: ${messages}`)}\n`);
  return `  - Was it rejected beyond a full quota? These rejections were only counted; pulse-ingest validate shows why one would be:
${lines.join("")}`;
}

function renderJob({ job, ...beside }: ExplainedJob): string {
  const result = job.result === null ? "" : `, ${job.result}`;
  return [
    `${printable(`${job.job_guid} in ${job.project}: ${job.state}${result}`)}\n`,
    indented(
      columns([
        ["job", jobText(job)],
        ["times", timesText(job)],
        ["result set", resultSetText(job.result_set, beside.result_set)],
        ...(beside.coalesced_to === null ? [] : [["coalesced into", beside.coalesced_to]]),
      ]),
    ),
    section("received", [
      ["at", "state", "became", "exchange", "routing key", "redelivered"],
      ...job.transitions.map((transition) => [
        transition.received_at,
        transition.result === null ? transition.state : `${transition.state}, ${transition.result}`,
        "stored",
        ...placeCells(transition),
      ]),
    ]),
    "    Up to ten messages that moved the job: the first one and the last nine. Others are not listed.\n",
    othersText(job),
    section(
      "refused parts of its messages",
      job.refused.map(({ what, reason }) => [cutName(what), reason]),
    ),
    logsSection(beside.logs),
    section(
      "artifacts",
      beside.artifacts.map(({ name, made_by }) => [cutName(name), makersText(made_by)]),
      "none",
    ),
    section("bug suggestions to make from a submitted summary", beside.suggestions.map(suggestionsRow)),
  ].join("");
}

/** Returns the cells below `exchange`, `routing key` and `redelivered`. */
function placeCells(transition: Transition): string[] {
  if (transition.origin === "rest")
    return [cutName(storedSenderOf(transition)), cutName(transition.endpoint), "-"];
  const { exchange, routing_key, redelivered } = transition;
  return [cutName(exchange), cutName(routing_key), redelivered ? "yes" : "no"];
}

/** Returns a sentence about the senders that changed the job; empty if there is only one sender. */
function othersText({ transitions }: StoredJob): string {
  const [first, ...others] = new Set(transitions.map(storedSenderOf));
  if (first === undefined || others.length === 0) return "";
  const sentence = `The job came through ${first} first, and was then changed through ${others.join(", ")}`;
  return `    ${printable(sentence)}. To limit who may change it, see accept_projects in the registry.\n`;
}

function jobText({ name, job_symbol, group_name, group_symbol, tier }: StoredJob): string {
  return `${name} ${job_symbol}, group ${group_name} ${group_symbol}, tier ${tier}`;
}

function timesText({ submit_timestamp, start_timestamp, end_timestamp }: StoredJob): string {
  const times = { submitted: submit_timestamp, started: start_timestamp, ended: end_timestamp };
  const known = Object.entries(times).filter(([, seconds]) => seconds > 0);
  return known.map(([what, seconds]) => `${what} ${isoTime(seconds)}`).join(", ") || "none given";
}

function resultSetText(id: string, push: ResultSet | null): string {
  if (push === null) return `${id}: gone`;
  if (push.push_timestamp === 0) return `${id}: a skeleton, because its push has not been submitted yet`;
  const { author, push_timestamp, revisions } = push;
  const count = revisions.length === 1 ? "1 revision" : `${revisions.length} revisions`;
  return `${id}: complete, ${count} pushed by ${author} at ${isoTime(push_timestamp)}`;
}

/** Formats seconds since the Unix epoch as ISO 8601. A number that is out of range for a date is shown as it is. */
function isoTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : date.toISOString().replace(".000Z", "Z");
}

function logsSection(logs: readonly StoredLog[]): string {
  const rows = logs.map((log) => [
    cutName(log.name),
    log.parse_status,
    String(log.attempts),
    log.next_attempt_at ??
      (log.parse_status === "pending" && !isParsedHere(log.name) ? "not read here" : "-"),
    cutUrl(log.url),
    log.failure ?? "-",
  ]);
  const heading = ["log", "status", "attempts", "next attempt", "url", "failure"];
  return section("logs", rows.length === 0 ? [] : [heading, ...rows], "none");
}

const makerTexts: Readonly<Record<ArtifactMaker, string>> = {
  message: "sent by the publisher",
  log: "generated from the log",
  summary: "generated from the submitted summary",
};

function makersText(makers: readonly ArtifactMaker[]): string {
  return makers.map((maker) => makerTexts[maker]).join("; ") || "unknown: stored by an older version";
}

function suggestionsRow({ attempts, next_attempt_at, failure }: StoredSuggestions): string[] {
  const when = next_attempt_at === null ? "failed for good" : `next attempt ${next_attempt_at}`;
  return [`after ${counted(attempts, "attempt")}`, when, failure ?? "-"];
}

function renderRejection(rejection: Explanation["rejections"][number]): string {
  const { id, task_id, project, count, first_seen, last_seen, fault } = rejection;
  const times =
    count === 1 ? `once, at ${last_seen}` : `${count} times, first at ${first_seen}, last at ${last_seen}`;
  const title = `${task_id ?? "?"} in ${project ?? "an unreadable project"}: ${fault.reason}, ${times}`;
  const rows = [
    ["from", originInWords(rejection)],
    ...faultErrors(fault).map(({ pointer, message, keyword }) => [
      cutToWidth(pointer || "(whole)", 80),
      `${message} [${keyword}]`,
    ]),
    ["more", `pulse-ingest rejections show ${id}`],
  ];
  return `  ${printable(title)}\n${indented(columns(rows), "    ")}`;
}

/** Renders a table with a title. Without rows, it returns the title with `instead`, or an empty text if `instead` is missing. */
function section(title: string, rows: readonly (readonly string[])[], instead?: string): string {
  if (rows.length > 0) return `  ${title}\n${indented(columns(rows), "    ")}`;
  return instead === undefined ? "" : `  ${title}: ${instead}\n`;
}

function indented(text: string, indent = "  "): string {
  return text.replaceAll(/^(?=.)/gm, indent);
}
