import { join } from "node:path";
import { gathered } from "../calls/group-calls.ts";
import { createAsking } from "../calls/guard-calls.ts";
import type { Store } from "../ports/store.ts";
import { LogRoom } from "../rules/log-room.ts";
import { defaultStoreLimits, type StoreLimits } from "../rules/store-limits.ts";
import { LockLine } from "./lock-line.ts";
import { createBindings } from "./sqlite-bindings.ts";
import { createBugs } from "./sqlite-bugs.ts";
import { asUnavailable, openDatabase } from "./sqlite-database.ts";
import { createReads } from "./sqlite-reads.ts";
import { createRejections } from "./sqlite-rejections.ts";
import { createSuspects } from "./sqlite-suspects.ts";
import { createWork } from "./sqlite-work.ts";
import { createWrites } from "./sqlite-writes.ts";

/** Another process that opens the file may be bringing it to today's form, a locked step after the other. */
const OPENING_MS = 5000;

/**
 * The embedded store: one file. Its calls are short and block; where the file is locked, they wait without blocking.
 *
 * @param folder - made where it is missing.
 * @throws Misuse for a file that is no store; Unavailable while another process holds it.
 */
export async function openSqliteStore(
  folder: string,
  rejectionTtlDays: number,
  limits: StoreLimits = defaultStoreLimits,
): Promise<Store> {
  const path = join(folder, "pulse-ingest.db");
  const line = new LockLine();
  const db = await line
    .ask(() => openDatabase(path), OPENING_MS)
    .catch((error: unknown) => {
      throw asUnavailable(error);
    });
  const writes = createWrites(db, new LogRoom(limits.maxWaitingLogs));
  const reads = createReads(db);
  const rejections = createRejections(db, rejectionTtlDays, limits.rejectionQuota);
  const work = createWork(db);
  const bugs = createBugs(db);
  const bindings = createBindings(db);
  const suspects = createSuspects(db);
  const { asked, end } = createAsking(asUnavailable, (question) => line.ask(question));
  const finish = gathered(asked(work.finishWork));
  const clearSuspect = gathered(asked(suspects.clearSuspects));

  return {
    name: `sqlite (${path})`,
    storeSubmissions: asked(writes.storeSubmissions),
    storeResultSets: asked(writes.storeResultSets),
    recordRejections: asked(rejections.recordRejections),
    resolveRejections: asked(rejections.resolveRejections),
    findJob: asked(reads.findJob),
    findJobsByGuid: asked(reads.findJobsByGuid),
    findArtifact: asked(reads.findArtifact),
    findResultSet: asked(reads.findResultSet),
    listRejections: asked(rejections.listRejections),
    findRejection: asked(rejections.findRejection),
    countRejections: asked(rejections.countRejections),
    listOnlyCounted: asked(rejections.listOnlyCounted),
    countDocuments: asked(reads.countDocuments),
    readBindings: asked(bindings.readBindings),
    noteBindings: asked(bindings.noteBindings),
    forgetBindings: asked(bindings.forgetBindings),
    exchangesWithWork: asked(work.exchangesWithWork),
    claimWork: asked(work.claimWork),
    finishWork: (item, artifacts) => finish({ item, artifacts }),
    failWork: asked(work.failWork),
    releaseWork: asked(work.releaseWork),
    countWork: asked(work.countWork),
    listLogs: asked(work.listLogs),
    reparseLogs: asked(work.reparseLogs),
    replaceBugs: asked(bugs.replaceBugs),
    bugsVersion: asked(bugs.bugsVersion),
    readBugs: asked(bugs.readBugs),
    enterSuspect: gathered(asked(suspects.enterSuspects)),
    async clearSuspect(hash) {
      await clearSuspect(hash);
    },
    ping: asked(() => {
      db.exec("BEGIN IMMEDIATE; ROLLBACK");
    }),
    async close() {
      if (end()) db.close();
    },
  };
}
