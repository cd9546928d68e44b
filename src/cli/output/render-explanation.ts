import { faultErrors } from "../../domain/explain-fault.ts";
import { isParsedHere } from "../../domain/log-plan.ts";
import { originInWords, storedSenderOf } from "../../domain/origin.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import type { StoredJob, Transition } from "../../domain/stored-job.ts";
import { printable } from "../../domain/text/printable.ts";
import type { Explanation } from "../../queries/explanation.ts";
import type { ArtifactMaker, ExplainedJob, StoredSuggestions } from "../../store/ports/job-reads.ts";
import type { StoredLog } from "../../store/ports/log-store.ts";
import { columns } from "./columns.ts";
import { cutName, cutToWidth, cutUrl } from "./cut-to-width.ts";

/** The explanation as text: a part for each job, then what was rejected. Pure. */
export function renderExplanation(explanation: Explanation): string {
  const { jobs, rejections } = explanation;
  if (jobs.length + rejections.length === 0) return unknown(explanation);
  const parts = jobs.map(renderJob);
  if (rejections.length > 0) parts.push(`Rejected\n${rejections.map(renderRejection).join("")}`);
  return parts.join("\n");
}

function unknown({ guid, project, store }: Explanation): string {
  const where = project === null ? "" : ` in project ${project}`;
  return printable(
    `Nothing is known of ${guid}${where}: no job, no rejection. The store is ${store}.`,
  ).concat(`
What to check next:
  - the spelling: the task id that the message gives, with or without its run (task/0), upper and lower case as there
  - that this is the worker's store: MONGODB_URL, or DATA_DIR, as the worker has them
  - that the message can arrive: pulse-ingest check --connect names the exchanges and routing keys that are read
  - that it is not still on its way: pulse-ingest status tells of degraded exchanges, the queue and the spool
  - whether it could be read at all: no JSON, no task id; see pulse-ingest rejections list --reason malformed-body
  - its state: an unscheduled job is passed by and not kept
`);
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
    "    At most the last ten that moved the job; what found it there already, or further, is not noted.\n",
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
    section("bug suggestions to be made of a submitted summary", beside.suggestions.map(suggestionsRow)),
  ].join("");
}

/** The cells below `exchange`, `routing key` and `redelivered`. */
function placeCells(transition: Transition): string[] {
  if (transition.origin === "rest")
    return [cutName(storedSenderOf(transition)), cutName(transition.endpoint), "-"];
  const { exchange, routing_key, redelivered } = transition;
  return [cutName(exchange), cutName(routing_key), redelivered ? "yes" : "no"];
}

/** Nothing where all messages that moved the job came through one exchange. */
function othersText({ transitions }: StoredJob): string {
  const [first, ...others] = new Set(transitions.map(storedSenderOf));
  if (first === undefined || others.length === 0) return "";
  const told = `It came through ${first} first, and was changed through ${others.join(", ")}`;
  return `    ${printable(told)}: accept_projects of the registry says who may.\n`;
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
  if (push.push_timestamp === 0) return `${id}: a skeleton, its push has not been submitted`;
  const { author, push_timestamp, revisions } = push;
  const count = revisions.length === 1 ? "1 revision" : `${revisions.length} revisions`;
  return `${id}: complete, ${count} pushed by ${author} at ${isoTime(push_timestamp)}`;
}

/** Of whole seconds since the Unix epoch; a message may name a time that no calendar holds. */
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
  log: "made here from the log",
  summary: "made here from the submitted summary",
};

function makersText(makers: readonly ArtifactMaker[]): string {
  return makers.map((maker) => makerTexts[maker]).join("; ") || "not noted by the version that stored it";
}

function suggestionsRow({ attempts, next_attempt_at, failure }: StoredSuggestions): string[] {
  const when = next_attempt_at === null ? "failed for good" : `next attempt ${next_attempt_at}`;
  return [`after ${attempts} attempts`, when, failure ?? "-"];
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

/** A titled table; nothing, or what is said instead, where it has no rows. */
function section(title: string, rows: readonly (readonly string[])[], instead?: string): string {
  if (rows.length > 0) return `  ${title}\n${indented(columns(rows), "    ")}`;
  return instead === undefined ? "" : `  ${title}: ${instead}\n`;
}

function indented(text: string, indent = "  "): string {
  return text.replaceAll(/^(?=.)/gm, indent);
}
