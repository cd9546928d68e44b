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

/** `logs list`: the logs that fit, newest change first, with the reason of every failure. */
export async function listLogs(env: NodeJS.ProcessEnv, options: CommandOptions): Promise<number> {
  const query = readQuery(options, LISTED);
  const logs = (
    await withStore(readSettings(env, storeSettingNames), "refuse", (store) => store.listLogs(query))
  ).map(shownLog);
  if (options["json"] === true) {
    for (const log of logs) await printJson(log);
    return exitCodes.ok;
  }
  await print(logs.length === 0 ? "No such logs.\n" : columns([heading, ...logs.map(toRow)]));
  if (logs.length === query.limit) {
    tell(`There may be more than these ${query.limit}: see --limit.`);
  }
  return exitCodes.ok;
}

/** `logs reparse`: makes the logs that fit due again, with all their attempts, and says how many. */
export async function reparseLogs(env: NodeJS.ProcessEnv, options: CommandOptions): Promise<number> {
  const query = readQuery(options, ALL);
  const filters = Object.keys(query).filter((name) => name !== "limit");
  if (filters.length === 0 && options["all"] !== true) {
    throw new Misuse(["this would read every log again: say which by a filter, or --all"]);
  }
  const count = await withStore(readSettings(env, storeSettingNames), "refuse", (store) =>
    store.reparseLogs(query),
  );
  await print(`${count} ${count === 1 ? "log is" : "logs are"} to be read again\n`);
  return exitCodes.ok;
}

const LISTED = 100;

const status = z.enum(["pending", "parsed", "failed"]);

/** @throws Misuse naming the option that is wrong. */
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
