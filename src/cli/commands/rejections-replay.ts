import { readSettings } from "../../config/read-settings.ts";
import { faultErrors } from "../../domain/explain-fault.ts";
import { Misuse, type Violation } from "../../domain/faults.ts";
import type { StoredRejection } from "../../domain/rejection.ts";
import { counted } from "../../domain/text/counted.ts";
import { printable } from "../../domain/text/printable.ts";
import { whyNotReplayed } from "../../domain/why-not-replayed.ts";
import { type Replayed, type ReplayOptions, replayRejections } from "../../ingest/replay-rejections.ts";
import { readRejection } from "../../judge/read-rejection.ts";
import { findByPrefix, noSuchRejection } from "../../queries/find-rejection.ts";
import { rejectionPages } from "../../queries/rejection-pages.ts";
import type { RejectionReads } from "../../store/ports/rejection-reads.ts";
import type { CommandOptions } from "../options/command-options.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { readWorkerRules } from "../options/judge-rules.ts";
import { ALL, readLimit } from "../options/query-options.ts";
import { readFilter } from "../options/rejection-filter.ts";
import { storeSettingNames, withStore } from "../options/with-store.ts";
import { errorLine } from "../output/error-line.ts";
import { print, tell } from "../output/print.ts";
import { createProgress } from "../output/progress.ts";
import { shortId } from "../output/short-id.ts";
import { waitForStore } from "./wait-for-store.ts";

/** The outcome of one job message of a rejection, as `--json` prints it. */
interface ReplayRow {
  readonly id: string;
  readonly project: string | null;
  readonly task_id: string | null;
  readonly outcome: Replayed["jobs"][number]["outcome"] | "impossible";
  readonly errors: readonly Violation[];
}

/**
 * `rejections replay`: processes rejected messages again as the worker would, oldest first, and prints the outcome of each. Exit
 * code 1 if a message is rejected again or cannot be replayed. Exit code 1 also if an id is unknown; nothing is replayed then.
 *
 * @param ids - ids or the beginnings of ids; empty: all rejections that match the filters.
 * @throws Misuse if neither ids nor filters are given, or if the registry is broken.
 */
export async function replay(
  env: NodeJS.ProcessEnv,
  ids: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const filter = readFilter(options);
  const limit = readLimit(options, ALL);
  const isFiltered = Object.keys(filter).length > 0 || options["limit"] !== undefined;
  if (ids.length > 0 && (isFiltered || options["all"] === true)) {
    throw new Misuse(["give either ids or filters, not both"]);
  }
  if (ids.length === 0 && !isFiltered && options["all"] !== true) {
    throw new Misuse(["this would replay every rejection: give an id or a filter, or --all"]);
  }
  const { judge } = await readWorkerRules(env);
  const read: ReplayOptions["read"] = (rejection) => readRejection(rejection, judge);
  const isJson = options["json"] === true;
  return withStore(readSettings(env, storeSettingNames), "refuse", async (store) => {
    const replayOptions = { read, store: waitForStore(store) };
    if (ids.length > 0) {
      const named = await findAll(store, ids);
      if (named === null) return exitCodes.failed;
      return replayPages([named], named.length, whyNotReplayed, replayOptions, isJson);
    }
    // Only rejections that were last seen before now, so that the replay ends although workers add more.
    const now = new Date().toISOString();
    const wanted = {
      ...filter,
      until: filter.until !== undefined && filter.until < now ? filter.until : now,
    };
    const counts = await store.countRejections(wanted);
    const total = counts.reduce((sum, { rejections }) => sum + rejections, 0);
    const pages = rejectionPages(store, wanted, { limit, oldestFirst: true });
    return replayPages(pages, Math.min(limit, total), whyNotAmongMany, replayOptions, isJson);
  });
}

/**
 * Excludes messages that killed workers: one of them could kill this process each time, so that the others would never be
 * replayed.
 */
function whyNotAmongMany(rejection: StoredRejection): string | null {
  return rejection.fault.reason === "killed-worker"
    ? "workers died while it was in progress: replay it alone, by its id"
    : whyNotReplayed(rejection);
}

async function replayPages(
  pages: Iterable<readonly StoredRejection[]> | AsyncIterable<readonly StoredRejection[]>,
  total: number,
  whyNot: (rejection: StoredRejection) => string | null,
  options: ReplayOptions,
  isJson: boolean,
): Promise<number> {
  const progress = createProgress();
  const ends = new Map<ReplayRow["outcome"], number>();
  let done = 0;
  try {
    for await (const page of pages) {
      progress.show(`${done} of ${total} replayed`);
      const possible = page.filter((rejection) => whyNot(rejection) === null);
      const rows = [
        ...page.flatMap((rejection) => impossible(rejection, whyNot(rejection))),
        ...(await replayRejections(possible, options)).flatMap(toRows),
      ];
      done += page.length;
      for (const { outcome } of rows) ends.set(outcome, (ends.get(outcome) ?? 0) + 1);
      progress.end();
      await print(rows.map((each) => (isJson ? `${JSON.stringify(each)}\n` : describe(each))).join(""));
    }
  } finally {
    progress.end();
  }
  tell(
    done === 0
      ? "No matching rejections."
      : `${counted(done, "rejection")}: ${[...ends].map(inWords).join(", ")}`,
  );
  const isRefused = (["rejected", "failed", "impossible"] as const).some((outcome) => ends.has(outcome));
  return isRefused ? exitCodes.failed : exitCodes.ok;
}

/** Finds the named rejections. If an id is unknown, reports it and returns null. */
async function findAll(
  store: RejectionReads,
  ids: readonly string[],
): Promise<readonly StoredRejection[] | null> {
  const found = new Map<string, StoredRejection>();
  for (const id of ids) {
    const rejection = await findByPrefix(store, id);
    if (rejection === null) {
      tell(`${noSuchRejection(id)} Nothing was replayed.`);
      return null;
    }
    found.set(rejection.id, rejection);
  }
  return [...found.values()];
}

function impossible({ id, project, task_id }: StoredRejection, why: string | null): ReplayRow[] {
  if (why === null) return [];
  return [
    {
      id,
      project,
      task_id,
      outcome: "impossible",
      errors: [{ pointer: "", keyword: "not-replayed", message: why }],
    },
  ];
}

function toRows({ rejection: { id }, jobs }: Replayed): ReplayRow[] {
  return jobs.map(({ fault, ...job }) => ({ id, ...job, errors: fault === null ? [] : faultErrors(fault) }));
}

const words = {
  stored: "stored",
  unchanged: "unchanged",
  skipped: "skipped",
  rejected: "rejected again",
  failed: "failed",
  impossible: "cannot be replayed",
} as const satisfies Record<ReplayRow["outcome"], string>;

function describe({ id, project, task_id, outcome, errors }: ReplayRow): string {
  const line = `${shortId(id)}: ${project ?? "-"} ${task_id ?? "-"}: ${words[outcome]}`;
  return `${[printable(line), ...errors.map(errorLine)].join("\n")}\n`;
}

function inWords([outcome, count]: readonly [ReplayRow["outcome"], number]): string {
  return `${count} ${words[outcome]}`;
}
