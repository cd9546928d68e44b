import { type ArchivePage, readArchive } from "../../archive/read-archive.ts";
import { readSettings } from "../../config/read-settings.ts";
import { faultErrors } from "../../domain/explain-fault.ts";
import { type Fault, Unavailable } from "../../domain/faults.ts";
import { isClient } from "../../domain/origin.ts";
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
import { stopOnSignal } from "../options/stop-on-signal.ts";
import { storeSettingNames, withStore } from "../options/with-store.ts";
import { errorLine } from "../output/error-line.ts";
import { goOnCommand } from "../output/go-on.ts";
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

/** Failures beyond these are only counted. */
const TOLD_FAILURES = 20;

/**
 * `replay`: sends archived messages through the write path again, and prints what became of them. Exit code 1 if a job failed, if a
 * part of the archive could not be read, or if the replay was interrupted.
 */
export async function replay(env: NodeJS.ProcessEnv, options: CommandOptions): Promise<number> {
  const isDryRun = options["dryRun"] === true;
  const isJson = options["json"] === true;
  const filter = readArchiveFilter(options);
  const into = readInto(options);
  const settings = readSettings(env, settingNames);
  const rules = await readWorkerRules(env);
  const stop = stopOnSignal().signal;
  const progress = new ReplayProgress();
  const goOn = (since: string): string =>
    goOnCommand(options, { since, until: filter.until, into: into && shownAddress(into) });
  const limits: StoreLimits = {
    rejectionQuota: { perDay: settings.REJECTIONS_PER_DAY, bytesPerDay: settings.REJECTION_BYTES_PER_DAY },
    // A replay ends, so it cannot fill the store without limit. And nobody may read logs there as fast as it goes.
    maxWaitingLogs: Number.POSITIVE_INFINITY,
  };

  async function run(archive: Store): Promise<number> {
    const replayed = isDryRun
      ? await judgeArchive(pagesOf(archive), { rules: await rulesFor(archive), watch, stop })
      : await withTarget(archive, (target) => write(archive, target));
    return report(replayed);
  }

  async function write(archive: Store, target: Store): Promise<Replayed> {
    const refused = await target.countRejections({});
    return replayArchive(pagesOf(archive), {
      rules: await rulesFor(archive),
      store: waitForStore(target, stop),
      refusedSenders: new Set(refused.map(({ exchange }) => exchange)),
      batch: { maxItems: settings.BATCH_SIZE, maxBytes: settings.BATCH_BYTES },
      rejectionMaxBytes: settings.REJECTION_MAX_BYTES,
      quotaOf: quotaBy(rules),
      watch,
      stop,
    });
  }

  function pagesOf(archive: Store): AsyncIterable<ArchivePage> {
    const patient = waitForStore(archive, stop);
    return readArchive(
      {
        findSegments: (...query) => patient.ask((there) => there.findSegments(...query)),
        readSegment: (id) => patient.ask((there) => there.readSegment(id)),
      },
      filter,
    );
  }

  async function rulesFor(archive: Store): Promise<ReplayRules> {
    const { project, task } = filter;
    return { judge: rules.judge, wanted: { project, task }, killers: await killersIn(archive) };
  }

  async function withTarget<T>(archive: Store, work: (target: Store) => Promise<T>): Promise<T> {
    if (into === null) return work(archive);
    const target = await openAddressed(into, {
      absent: "make",
      rejectionTtlDays: settings.REJECTION_TTL_DAYS,
      limits,
    });
    try {
      return await work(target);
    } finally {
      await target.close();
    }
  }

  let failures = 0;
  const watch: ReplayWatch = {
    onStep: (place, messages) => progress.show(place, messages),
    onFailure({ sender, guid, fault }) {
      failures++;
      if (failures > TOLD_FAILURES) return;
      const errors = fault === null ? [] : faultErrors(fault).map(errorLine);
      progress.tell([`failed: ${sender} ${guid ?? "-"}`, ...errors].join("\n"));
    },
  };

  async function report(replayed: Replayed): Promise<number> {
    const { count, lost, isDone } = replayed;
    const since = isDone ? null : (progress.place?.since ?? filter.since);
    for (const line of renderLost(replayed)) progress.tell(line);
    if (failures > TOLD_FAILURES) progress.tell(`${failures - TOLD_FAILURES} more jobs failed`);
    progress.end();
    if (isJson) {
      const { until } = filter;
      await printJson(replayJson(replayed, isDryRun, { since: filter.since, until, go_on_since: since }));
    } else if (count.messages > 0) {
      await print(renderReplay(replayed, isDryRun));
    } else if (isDone) {
      await print("No archived messages match.\n");
    }
    if (since !== null) progress.tell(`Interrupted. To go on: ${goOn(since)}`);
    return isDone && lost.length === 0 && !hasFailed(replayed) ? exitCodes.ok : exitCodes.failed;
  }

  const work = async (archive: Store): Promise<number> => {
    try {
      return await run(archive);
    } catch (error) {
      const since = progress.place?.since;
      if (error instanceof Unavailable && since !== undefined) progress.tell(`To go on: ${goOn(since)}`);
      throw error;
    } finally {
      progress.end();
    }
  };
  return withStore(settings, "refuse", work, limits);
}

function readInto(options: CommandOptions): StoreAddress | null {
  const text = given(options["into"]);
  return text === undefined ? null : parseStoreAddress("--into", text);
}

/** Returns the messages that killed workers, by the id of their rejection. There are few. */
async function killersIn(store: Store): Promise<ReadonlyMap<string, Fault>> {
  const killers = new Map<string, Fault>();
  const query = { limit: ALL, oldestFirst: true };
  for await (const page of rejectionPages(store, { reason: "killed-worker" }, query)) {
    for (const { id, fault } of page) killers.set(id, fault);
  }
  return killers;
}

/** Returns the daily quotas as a worker has them. */
function quotaBy({ registry }: WorkerRules): (sender: string) => string {
  const listed = new Set(registry.exchanges);
  return (sender) => (isClient(sender) || listed.has(sender) ? sender : OTHER_EXCHANGES);
}

function hasFailed({ count }: Replayed): boolean {
  return count.senders().some(({ ends }) => (ends.failed ?? 0) > 0);
}
