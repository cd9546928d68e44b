import { setTimeout as wait } from "node:timers/promises";
import { fullJitterMs } from "../domain/backoff.ts";
import { Misuse, Unavailable } from "../domain/faults.ts";
import type { Log } from "../log.ts";
import type { Store } from "./store.ts";

export interface OpenLaterOptions {
  readonly open: () => Promise<Store>;
  /** How long the first try is waited for, in milliseconds. */
  readonly firstTryMs: number;
  readonly log: Log;
}

const backoff = { baseMs: 200, capMs: 5000 };

/**
 * A store that need not be there yet: it is opened as soon as it answers, and until then every method throws
 * `Unavailable`. So a worker can start, and consume into its spool, while the database is away.
 *
 * @throws Misuse where the first try says so in time, e.g. for a wrong address; later it counts as away.
 */
export async function openLater({ open, firstTryMs, log }: OpenLaterOptions): Promise<Store> {
  const stop = new AbortController();
  let opened: Store | null = null;
  let isAwaited = true;
  let reason = "it is being opened";

  const first = open();
  const loop = keepOpening();
  const given = wait(firstTryMs, undefined, { signal: stop.signal }).catch(() => undefined);
  await Promise.race([first.catch(onlyMisuse), given]);
  isAwaited = false;

  async function keepOpening(): Promise<void> {
    for (let attempt = 0; !stop.signal.aborted; attempt++) {
      try {
        const store = await (attempt === 0 ? first : open());
        if (stop.signal.aborted) await store.close();
        else opened = store;
        if (attempt > 0) log.info("store_back", { attempts: attempt });
        return;
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
        // Told to the caller, who gets no store.
        if (isAwaited && error instanceof Misuse) return;
        if (stop.signal.aborted) return;
        if (Number.isInteger(Math.log2(attempt + 1))) log.warn("store_away", { attempt: attempt + 1, error });
        await wait(fullJitterMs(attempt, backoff), undefined, { signal: stop.signal }).catch(() => undefined);
      }
    }
  }

  function onlyMisuse(error: unknown): void {
    if (!(error instanceof Misuse)) return;
    stop.abort();
    throw error;
  }

  async function ask<T>(question: (store: Store) => Promise<T>): Promise<T> {
    if (opened === null) throw new Unavailable("store", reason);
    return question(opened);
  }

  return {
    get name() {
      return opened?.name ?? "(not open yet)";
    },
    storeSubmissions: (batch) => ask((store) => store.storeSubmissions(batch)),
    storeResultSets: (project, resultSets) => ask((store) => store.storeResultSets(project, resultSets)),
    recordRejections: (rejections) => ask((store) => store.recordRejections(rejections)),
    resolveRejections: (tried) => ask((store) => store.resolveRejections(tried)),
    findJob: (project, guid) => ask((store) => store.findJob(project, guid)),
    findJobsByGuid: (guid) => ask((store) => store.findJobsByGuid(guid)),
    findArtifact: (project, guid, name) => ask((store) => store.findArtifact(project, guid, name)),
    findResultSet: (project, revision) => ask((store) => store.findResultSet(project, revision)),
    listRejections: (query) => ask((store) => store.listRejections(query)),
    findRejection: (id) => ask((store) => store.findRejection(id)),
    countRejections: (filter) => ask((store) => store.countRejections(filter)),
    countDocuments: () => ask((store) => store.countDocuments()),
    readBindings: (queue) => ask((store) => store.readBindings(queue)),
    noteBindings: (queue, bindings) => ask((store) => store.noteBindings(queue, bindings)),
    forgetBindings: (queue, bindings) => ask((store) => store.forgetBindings(queue, bindings)),
    claimWork: (claim) => ask((store) => store.claimWork(claim)),
    finishWork: (item, artifacts) => ask((store) => store.finishWork(item, artifacts)),
    failWork: (item, failure) => ask((store) => store.failWork(item, failure)),
    releaseWork: (items) => ask((store) => store.releaseWork(items)),
    countWork: () => ask((store) => store.countWork()),
    listLogs: (query) => ask((store) => store.listLogs(query)),
    reparseLogs: (query) => ask((store) => store.reparseLogs(query)),
    replaceBugs: (bugs) => ask((store) => store.replaceBugs(bugs)),
    bugsVersion: () => ask((store) => store.bugsVersion()),
    readBugs: (afterId, limit) => ask((store) => store.readBugs(afterId, limit)),
    enterSuspect: (hash) => ask((store) => store.enterSuspect(hash)),
    clearSuspect: (hash) => ask((store) => store.clearSuspect(hash)),
    ping: () => ask((store) => store.ping()),
    async close() {
      stop.abort();
      // One that opens only now closes itself.
      if (opened === null) return;
      await loop;
      await opened.close();
    },
  };
}
