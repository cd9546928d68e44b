import * as z from "zod";
import { readSettings } from "../../config/read-settings.ts";
import { Misuse } from "../../domain/faults.ts";
import { shownLog } from "../../queries/shown-log.ts";
import type { LogQuery, StoredLog } from "../../store/ports/log-store.ts";
import type { CommandOptions } from "../options/command-options.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { ALL, read, readLimit, readTime } from "../options/query-options.ts";
import { storeSettingNames, withStore } from "../options/with-store.ts";
import { columns } from "../output/columns.ts";
import { cutName, cutUrl } from "../output/cut-to-width.ts";
import { print, printJson, tell } from "../output/print.ts";

/** `logs list`: prints the matching logs, last changed first, with the reason of every failure. */
export async function listLogs(env: NodeJS.ProcessEnv, options: CommandOptions): Promise<number> {
  const query = readQuery(options, LISTED);
  const logs = (
    await withStore(readSettings(env, storeSettingNames), "refuse", (store) => store.listLogs(query))
  ).map(shownLog);
  if (options["json"] === true) {
    for (const log of logs) await printJson(log);
    return exitCodes.ok;
  }
  await print(logs.length === 0 ? "No matching logs.\n" : columns([heading, ...logs.map(toRow)]));
  if (logs.length === query.limit) {
    tell(`Only ${query.limit} are shown, and there may be more: see --limit.`);
  }
  return exitCodes.ok;
}

/** `logs reparse`: schedules the matching logs to be read again, with a fresh count of attempts, and prints how many. */
export async function reparseLogs(env: NodeJS.ProcessEnv, options: CommandOptions): Promise<number> {
  const query = readQuery(options, ALL);
  const filters = Object.keys(query).filter((name) => name !== "limit");
  if (filters.length === 0 && options["all"] !== true) {
    throw new Misuse(["this would read every log again: name a filter, or give --all"]);
  }
  const count = await withStore(readSettings(env, storeSettingNames), "refuse", (store) =>
    store.reparseLogs(query),
  );
  await print(`${count} ${count === 1 ? "log" : "logs"} will be read again\n`);
  return exitCodes.ok;
}

const LISTED = 100;

const status = z.enum(["pending", "parsed", "failed"]);

/** Reads the filter options. @throws Misuse that names the invalid option. */
function readQuery(options: CommandOptions, standardLimit: number): LogQuery {
  const { project, job, since } = options;
  return {
    ...(typeof project === "string" ? { project } : {}),
    ...(typeof job === "string" ? { job_guid: job } : {}),
    ...(options["status"] === undefined
      ? {}
      : { parse_status: read("--status", status, options["status"], "pending, parsed or failed") }),
    ...(typeof since === "string" ? { since: readTime("--since", since) } : {}),
    limit: readLimit(options, standardLimit),
  };
}

const heading = ["status", "attempts", "changed", "next attempt", "project", "job", "log", "url", "failure"];

function toRow(log: StoredLog): string[] {
  return [
    log.parse_status,
    String(log.attempts),
    log.last_modified,
    log.next_attempt_at ?? "-",
    ...[log.project, log.job_guid, log.name].map(cutName),
    cutUrl(log.url),
    log.failure ?? "-",
  ];
}
