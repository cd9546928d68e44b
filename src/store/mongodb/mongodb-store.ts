import { type Db, MongoClient } from "mongodb";
import { namesDatabase } from "../../domain/database-name.ts";
import { Misuse } from "../../domain/faults.ts";
import { blankUrls } from "../../domain/text/blank-url.ts";
import { gathered } from "../calls/group-calls.ts";
import { createAsking } from "../calls/guard-calls.ts";
import type { Store } from "../ports/store.ts";
import { LogRoom } from "../rules/log-room.ts";
import { defaultStoreLimits, type StoreLimits } from "../rules/store-limits.ts";
import { withinLimit } from "./answer-limit.ts";
import { createBindings } from "./mongodb-bindings.ts";
import { createBugs } from "./mongodb-bugs.ts";
import { createClaims } from "./mongodb-claims.ts";
import { collectionsOf, createIndexes } from "./mongodb-collections.ts";
import { asUnavailable, blamed, refusedName } from "./mongodb-faults.ts";
import { createReads } from "./mongodb-reads.ts";
import { createRejections } from "./mongodb-rejections.ts";
import { createWork } from "./mongodb-work.ts";
import { createWrites } from "./mongodb-writes.ts";
import { checkLimits, watchChecks } from "./watch-checks.ts";

const DEFAULT_DATABASE = "pulse_ingest";

/**
 * The store on a server that speaks MongoDB's protocol: MongoDB, Amazon DocumentDB, FerretDB on DocumentDB. Only what
 * these have in common is used: point writes by `_id`, compare-and-set, no transactions.
 *
 * @param url - the path names the database, else `pulse_ingest`.
 * @param onStuck - told when the driver hangs: only another opening mends that.
 * @throws Misuse for an address that cannot be used; Unavailable while the server does not answer.
 */
export async function openMongodbStore(
  url: string,
  rejectionTtlDays: number,
  onStuck: () => void = () => undefined,
  limits: StoreLimits = defaultStoreLimits,
): Promise<Store> {
  const { client, database } = understood(url);
  const all = collectionsOf(database);
  const endWatch = watchChecks(client, checkLimits(client.options), onStuck);
  try {
    await withinLimit(() => client.connect())();
    await withinLimit(() => createIndexes(all))();
  } catch (error) {
    endWatch();
    await client.close();
    throw refusedName(error) ?? asUnavailable(error);
  }
  const writes = createWrites(all, new LogRoom(limits.maxWaitingLogs));
  const reads = createReads(all);
  const rejections = createRejections(all, rejectionTtlDays, limits.rejectionQuota);
  const claims = createClaims(all);
  const work = createWork(all);
  const bugs = createBugs(all);
  const bindings = createBindings(all);
  const { asked, end } = createAsking(asUnavailable);
  /** For what a worker waits for: it must not wait for ever. */
  const limited = <A extends readonly unknown[], R>(ask: (...args: A) => Promise<R>) =>
    asked(withinLimit(ask));
  /** For what strangers' words are written by: one that the server refuses must not be tried for ever. */
  const blaming = <A extends readonly unknown[], R>(write: (...args: A) => Promise<R>) =>
    limited(async (...args: A) => {
      try {
        return await write(...args);
      } catch (error) {
        throw await blamed(error, writeProbe);
      }
    });
  const writeProbe = () =>
    all.versions.replaceOne({ _id: "probe" }, { version: new Date().toISOString() }, { upsert: true });
  const finish = gathered(blaming(work.finishWork));

  return {
    name: `mongodb (${client.options.hosts.map(String).join(",")}/${database.databaseName})`,
    storeSubmissions: blaming(writes.storeSubmissions),
    storeResultSets: asked(writes.storeResultSets),
    recordRejections: blaming(rejections.recordRejections),
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
    readBindings: limited(bindings.readBindings),
    noteBindings: limited(bindings.noteBindings),
    forgetBindings: limited(bindings.forgetBindings),
    exchangesWithWork: limited(claims.exchangesWithWork),
    claimWork: limited(claims.claimWork),
    finishWork: (item, artifacts) => finish({ item, artifacts }),
    failWork: limited(work.failWork),
    releaseWork: limited(work.releaseWork),
    countWork: asked(work.countWork),
    listLogs: asked(work.listLogs),
    reparseLogs: asked(work.reparseLogs),
    replaceBugs: asked(bugs.replaceBugs),
    bugsVersion: limited(bugs.bugsVersion),
    readBugs: asked(bugs.readBugs),
    enterSuspect: limited(async (hash: string) => {
      const update = { $inc: { attempts: 1 }, $set: { last_seen: new Date() } };
      const options = { upsert: true, returnDocument: "after" } as const;
      return (await all.suspects.findOneAndUpdate({ _id: hash }, update, options))?.attempts ?? 1;
    }),
    clearSuspect: limited(async (hash: string) => {
      await all.suspects.deleteOne({ _id: hash });
    }),
    ping: limited(async () => {
      // A read from the primary, not `ping`: a server whose own database is down still answers that.
      await all.versions.findOne({ _id: "bugs" });
    }),
    async close() {
      if (!end()) return;
      endWatch();
      await client.close();
    },
  };
}

/** What an address names; nothing has been asked of a server yet. @throws Misuse where the driver does not understand it. */
function understood(url: string): { readonly client: MongoClient; readonly database: Db } {
  try {
    const client = new MongoClient(url, {
      appName: "pulse-ingest",
      // Durable on most members when a write returns: only then is a message acknowledged. Given one by one, since as a
      // whole they give way to what the address says.
      w: "majority",
      journal: true,
      // Also where the address that a provider hands out says otherwise: what we have just written is read again.
      readPreference: "primary",
      // Every write here is idempotent and retried as a whole; some servers do not know the driver's own retry.
      retryWrites: false,
      serverSelectionTimeoutMS: 3000,
      connectTimeoutMS: 3000,
      socketTimeoutMS: 30_000,
    });
    return { client, database: namesDatabase(url) ? client.db() : client.db(DEFAULT_DATABASE) };
  } catch (error) {
    throw new Misuse([`MONGODB_URL: ${error instanceof Error ? blankUrls(error.message) : String(error)}`]);
  }
}
