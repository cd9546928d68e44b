import { readSettings } from "../../config/read-settings.ts";
import { faultErrors } from "../../domain/explain-fault.ts";
import { clientName, isClient, storedSenderOf } from "../../domain/origin.ts";
import { payloadText } from "../../domain/payload-text.ts";
import { OTHER_EXCHANGES, type StoredRejection } from "../../domain/rejection.ts";
import { counted } from "../../domain/text/counted.ts";
import { printable } from "../../domain/text/printable.ts";
import { whyNotReplayed } from "../../domain/why-not-replayed.ts";
import { findByPrefix, noSuchRejection } from "../../queries/find-rejection.ts";
import { rejectionPages } from "../../queries/rejection-pages.ts";
import type { RejectionCount, RejectionFilter, RejectionReads } from "../../store/ports/rejection-reads.ts";
import type { CommandOptions } from "../options/command-options.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { readLimit } from "../options/query-options.ts";
import { readFilter } from "../options/rejection-filter.ts";
import { storeSettingNames, withStore } from "../options/with-store.ts";
import { columns } from "../output/columns.ts";
import { cutName, cutToWidth } from "../output/cut-to-width.ts";
import { errorLine } from "../output/error-line.ts";
import { print, printJson, tell } from "../output/print.ts";
import { shortId } from "../output/short-id.ts";

const LISTED = 100;
/** Width of the error text in a list, in terminal columns. */
const EXCERPT = 100;

/** `rejections list`: prints the matching rejections, newest first, each with its first error; or their counts. */
export async function listRejections(env: NodeJS.ProcessEnv, options: CommandOptions): Promise<number> {
  const filter = readFilter(options);
  const limit = readLimit(options, LISTED);
  const isJson = options["json"] === true;
  return withStore(readSettings(env, storeSettingNames), "refuse", async (store) => {
    if (options["counts"] === true) {
      await printCounts(await store.countRejections(filter), isJson);
      await reportOnlyCounted(store, filter);
      return exitCodes.ok;
    }
    const rows: string[][] = [];
    let count = 0;
    for await (const page of rejectionPages(store, filter, { limit, oldestFirst: false })) {
      count += page.length;
      for (const rejection of page) {
        if (isJson) await printJson(shown(rejection));
        else rows.push(toRow(rejection));
      }
    }
    if (!isJson) await print(count === 0 ? "No matching rejections.\n" : columns([heading, ...rows]));
    if (count === limit) tell(`Only ${limit} are shown, and there may be more: see --limit.`);
    await reportOnlyCounted(store, filter);
    return exitCodes.ok;
  });
}

/** Reports rejections beyond the daily quota on standard error. They cannot be listed, because only their number is known. */
async function reportOnlyCounted(
  store: Pick<RejectionReads, "listOnlyCounted">,
  { exchange, client_id, ...times }: RejectionFilter,
): Promise<void> {
  const sender = client_id === undefined ? exchange : clientName(client_id);
  for (const { day, exchange: of, messages } of await store.listOnlyCounted(times)) {
    if (sender !== undefined && of !== sender && (of !== OTHER_EXCHANGES || isClient(sender))) continue;
    const from = of === OTHER_EXCHANGES ? "exchanges that the registry does not list" : of;
    tell(
      `${counted(messages, "more message")} from ${from} on ${day} (UTC) ${messages === 1 ? "was" : "were"} rejected and only counted: ` +
        "the day's quota was full (REJECTIONS_PER_DAY, REJECTION_BYTES_PER_DAY)",
    );
  }
}

/** `rejections show`: prints a rejection in full. Exit code 1 if it does not exist. */
export async function showRejection(
  env: NodeJS.ProcessEnv,
  id: string,
  options: CommandOptions,
): Promise<number> {
  const rejection = await withStore(readSettings(env, storeSettingNames), "refuse", (store) =>
    findByPrefix(store, id),
  );
  if (rejection === null) {
    tell(noSuchRejection(id));
    return exitCodes.failed;
  }
  await (options["json"] === true ? printJson(shown(rejection)) : print(described(rejection)));
  return exitCodes.ok;
}

/** Returns a rejection as stored, with its errors in the same form as in all other commands. */
function shown(rejection: StoredRejection): object {
  return { ...rejection, errors: faultErrors(rejection.fault) };
}

async function printCounts(counts: readonly RejectionCount[], isJson: boolean): Promise<void> {
  if (isJson) {
    for (const each of counts) await printJson(each);
  } else if (counts.length === 0) {
    await print("No matching rejections.\n");
  } else {
    const rows = counts.map((each) => [
      ...[String(each.messages), String(each.rejections), each.reason],
      ...[cutName(each.exchange), each.first_seen, each.last_seen],
    ]);
    await print(
      columns([["messages", "different", "reason", "exchange", "first seen", "last seen"], ...rows]),
    );
  }
}

const heading = ["id", "last seen", "times", "reason", "project", "task", "exchange", "routing key", "wrong"];

function toRow(rejection: StoredRejection): string[] {
  const { id, last_seen, count, fault, project, task_id } = rejection;
  const [first, ...others] = faultErrors(fault).map(({ pointer, message }) =>
    pointer === "" ? message : `${pointer}: ${message}`,
  );
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return [
    ...[shortId(id), last_seen, String(count), fault.reason],
    ...[project ?? "-", task_id ?? "-", ...routeCells(rejection)].map(cutName),
    `${cutToWidth(first ?? "-", EXCERPT)}${more}`,
  ];
}

/** The cells below `exchange` and `routing key`. */
function routeCells(rejection: StoredRejection): [string, string] {
  return rejection.origin === "rest"
    ? [storedSenderOf(rejection), rejection.endpoint]
    : [rejection.exchange, rejection.routing_key];
}

function described(rejection: StoredRejection): string {
  const { id, fault, project, task_id, payload } = rejection;
  const { count, first_seen, last_seen, expires_at } = rejection;
  const about = columns([
    ["rejection", id],
    ["reason", fault.reason],
    ...(rejection.origin === "rest"
      ? [
          ["client", rejection.client_id],
          ["endpoint", rejection.endpoint],
        ]
      : [
          ["exchange", rejection.exchange],
          ["routing key", rejection.routing_key],
        ]),
    ["project", project ?? "-"],
    ["task", task_id ?? "-"],
    ["times", String(count)],
    ["first seen", first_seen],
    ["last seen", last_seen],
    ["expires", expires_at],
    ["payload", `${payload.bytes} bytes, sha256 ${payload.sha256}`],
    ...Object.entries(payload.properties ?? {}).map(([name, value]) => [`its ${name}`, value]),
    ["replay", whyNotReplayed(rejection) ?? `pulse-ingest rejections replay ${shortId(id)}`],
  ]);
  const wrong = faultErrors(fault).map((error) => `${errorLine(error)}\n`);
  return `${about}\nWhat is wrong\n${wrong.join("")}\n${shownPayload(rejection)}`;
}

/** The title above the payload, by its form. */
const payloadTitles = {
  json: "",
  "cut-json": "",
  text: ", which could not be decoded",
  base64: ", which could not be decoded, as base64",
} as const;

function shownPayload({ payload }: StoredRejection): string {
  const { form, text } = payloadText(payload);
  const part = payload.truncated ? "The beginning of the payload" : "The payload";
  return `${part}${payloadTitles[form]}\n${lines(text)}`;
}

function lines(text: string): string {
  return `${text.split("\n").map(printable).join("\n")}\n`;
}
