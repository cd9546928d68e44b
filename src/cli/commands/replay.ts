import { type ArchivePage, type ArchiveReads, readArchive } from "../../archive/read-archive.ts";
import { readSettings } from "../../config/read-settings.ts";
import type { Settings } from "../../config/settings.ts";
import { type Fault, Unavailable } from "../../domain/faults.ts";
import { exchangeSender, isClient } from "../../domain/origin.ts";
import { OTHER_EXCHANGES } from "../../domain/rejection.ts";
import { judgeArchive } from "../../ingest/replay/judge-archive.ts";
import { type Replayed, type ReplayWatch, replayArchive } from "../../ingest/replay/replay-archive.ts";
import type { ReplayRules } from "../../ingest/replay/replayed-message.ts";
import { rejectionPages } from "../../queries/rejection-pages.ts";
import type { Store } from "../../store/ports/store.ts";
import type { StoreLimits } from "../../store/rules/store-limits.ts";
import {
  openAddressed,
  parseStoreAddress,
  type StoreAddress,
  shownAddress,
} from "../../store/store-address.ts";
import { readArchiveFilter } from "../options/archive-filter.ts";
import type { CommandOptions } from "../options/command-options.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { readWorkerRules, type WorkerRules } from "../options/judge-rules.ts";
import { ALL, given } from "../options/query-options.ts";
import { untilSignal } from "../options/stop-on-signal.ts";
import { storeSettingNames, withStore } from "../options/with-store.ts";
import { continueCommand } from "../output/continue-command.ts";
import { print, printJson } from "../output/print.ts";
import { renderLost, renderReplay, replayJson } from "../output/render-replay.ts";
import { ReplayProgress } from "../output/replay-progress.ts";
import { waitForStore } from "./wait-for-store.ts";

const settingNames = [
  ...storeSettingNames,
  "BATCH_SIZE",
  "BATCH_BYTES",
  "REJECTION_MAX_BYTES",
  "REJECTIONS_PER_DAY",
  "REJECTION_BYTES_PER_DAY",
] as const;

/** The replay that the command line asks for. */
interface Order {
  readonly options: CommandOptions;
  readonly isDryRun: boolean;
  readonly filter: ReturnType<typeof readArchiveFilter>;
  /** The target; null: the store of the archive. */
  readonly into: StoreAddress | null;
  readonly settings: Pick<Settings, (typeof settingNames)[number]>;
  readonly rules: WorkerRules;
  /** The limits of the target. */
  readonly limits: StoreLimits;
}

/**
 * `replay`: sends archived messages through the write path again, and prints the outcomes. Exit code 1 if a job failed, if a part
 * of the archive could not be read, or if the replay was interrupted.
 */
export async function replay(env: NodeJS.ProcessEnv, options: CommandOptions): Promise<number> {
  const order = await readOrder(env, options);
  return untilSignal((stop) =>
    withStore(order.settings, "refuse", (archive) => replayFrom(archive, order, stop), order.limits),
  );
}

async function readOrder(env: NodeJS.ProcessEnv, options: CommandOptions): Promise<Order> {
  const filter = readArchiveFilter(options);
  const target = given(options["into"]);
  const into = target === undefined ? null : parseStoreAddress("--into", target);
  const settings = readSettings(env, settingNames);
  const limits = {
    rejectionQuota: { perDay: settings.REJECTIONS_PER_DAY, bytesPerDay: settings.REJECTION_BYTES_PER_DAY },
    // A replay adds logs faster than they are read. There is no danger, because the archive is finite.
    maxWaitingLogs: Number.POSITIVE_INFINITY,
  };
  const isDryRun = options["dryRun"] === true;
  return { options, isDryRun, filter, into, settings, rules: await readWorkerRules(env), limits };
}

async function replayFrom(archive: Store, order: Order, stop: AbortSignal): Promise<number> {
  const watch = new ReplayProgress();
  try {
    const replayed = order.isDryRun
      ? await judgeArchive(pagesOf(archive, order, stop), {
          rules: await rulesOf(archive, order),
          watch,
          stop,
        })
      : await withTarget(archive, order, (target) => write(archive, target, order, watch, stop));
    return await report(replayed, archive, order, watch);
  } catch (error) {
    if (error instanceof Unavailable && watch.since !== null)
      watch.tell(`To continue: ${commandFrom(order, watch.since)}`);
    throw error;
  } finally {
    watch.end();
  }
}

async function write(
  archive: Store,
  target: Store,
  order: Order,
  watch: ReplayWatch,
  stop: AbortSignal,
): Promise<Replayed> {
  const { BATCH_SIZE: maxItems, BATCH_BYTES: maxBytes, REJECTION_MAX_BYTES } = order.settings;
  const refused = await target.countRejections({});
  return replayArchive(pagesOf(archive, order, stop), {
    rules: await rulesOf(archive, order),
    store: waitForStore(target, stop),
    refusedSenders: new Set(refused.flatMap(({ exchange }) => [exchange, exchangeSender(exchange)])),
    batch: { maxItems, maxBytes },
    rejectionMaxBytes: REJECTION_MAX_BYTES,
    quotaOf: quotaBy(order.rules),
    watch,
    stop,
  });
}

function pagesOf(archive: Store, { filter }: Order, stop: AbortSignal): AsyncIterable<ArchivePage> {
  const patient = waitForStore(archive, stop);
  const reads: ArchiveReads = {
    findSegments: (...query) => patient.ask((there) => there.findSegments(...query)),
    readSegment: (id) => patient.ask((there) => there.readSegment(id)),
  };
  return readArchive(reads, filter);
}

async function rulesOf(archive: Store, { rules, filter: { project, task } }: Order): Promise<ReplayRules> {
  return { judge: rules.judge, wanted: { project, task }, killers: await killersIn(archive) };
}

async function withTarget<T>(
  archive: Store,
  { into, settings, limits }: Order,
  work: (target: Store) => Promise<T>,
): Promise<T> {
  if (into === null) return work(archive);
  const rejectionTtlDays = settings.REJECTION_TTL_DAYS;
  const target = await openAddressed(into, { absent: "make", rejectionTtlDays, limits });
  try {
    return await work(target);
  } finally {
    await target.close();
  }
}

/** Prints the result, and returns the exit code. */
async function report(
  replayed: Replayed,
  archive: Store,
  order: Order,
  watch: ReplayProgress,
): Promise<number> {
  const { options, filter, isDryRun } = order;
  const { count, lost, isDone } = replayed;
  const continueSince = isDone ? null : (watch.since ?? filter.since);
  watch.end();
  for (const line of renderLost(replayed)) watch.tell(line);
  if (options["json"] === true) {
    const { since, until } = filter;
    await printJson(replayJson(replayed, isDryRun, { since, until, go_on_since: continueSince }));
  } else if (count.messages > 0 || !isDone) {
    await print(renderReplay(replayed, isDryRun));
  } else {
    const { segments } = await archive.archiveTotals();
    await print(
      segments === 0 ? "The archive is empty: see ARCHIVE_DAYS.\n" : "No archived messages match.\n",
    );
  }
  const how =
    continueSince === null ? "Nothing was done yet." : `To continue: ${commandFrom(order, continueSince)}`;
  if (!isDone) watch.tell(`Interrupted. ${how}`);
  return isDone && lost.length === 0 && !hasFailed(replayed) ? exitCodes.ok : exitCodes.failed;
}

/** Returns the command that continues the replay at this time. */
function commandFrom({ options, filter: { until }, into }: Order, since: string): string {
  return continueCommand(options, { since, until, into: into && shownAddress(into) });
}

/** Returns the faults of messages that killed workers, by the id of the rejection. There are few of them. */
async function killersIn(store: Store): Promise<ReadonlyMap<string, Fault>> {
  const killers = new Map<string, Fault>();
  const query = { limit: ALL, oldestFirst: true };
  for await (const page of rejectionPages(store, { reason: "killed-worker" }, query)) {
    for (const { id, fault } of page) killers.set(id, fault);
  }
  return killers;
}

/** Returns a function that names the daily quota of a sender, as in a worker. */
function quotaBy({ registry }: WorkerRules): (sender: string) => string {
  const listed = new Set(registry.exchanges);
  return (sender) => (isClient(sender) || listed.has(sender) ? sender : OTHER_EXCHANGES);
}

function hasFailed({ count }: Replayed): boolean {
  return count.senders().some(({ ends }) => (ends.failed ?? 0) > 0);
}
