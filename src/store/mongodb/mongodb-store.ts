import { MongoServerError } from "mongodb";
import { groupCalls } from "../calls/group-calls.ts";
import { wrapCalls } from "../calls/wrap-calls.ts";
import type { NewSegment } from "../ports/archive-store.ts";
import type { Store } from "../ports/store.ts";
import type { Arrival, StoreOutcome } from "../ports/submission-store.ts";
import { LogRoom } from "../rules/log-room.ts";
import { defaultStoreLimits, type StoreLimits } from "../rules/store-limits.ts";
import { limitAnswers } from "./answer-limit.ts";
import { createMongodbClient } from "./mongodb-address.ts";
import { createApiReads } from "./mongodb-api-reads.ts";
import { createArchive } from "./mongodb-archive.ts";
import { createArtifacts } from "./mongodb-artifacts.ts";
import { createBindings } from "./mongodb-bindings.ts";
import { createBugs } from "./mongodb-bugs.ts";
import { createClaims } from "./mongodb-claims.ts";
import { type Collections, collectionsOf } from "./mongodb-collections.ts";
import { completeDocuments } from "./mongodb-completion.ts";
import { createCopies } from "./mongodb-copies.ts";
import { createCredentials } from "./mongodb-credentials.ts";
import { createExpiryCounts } from "./mongodb-expiry-counts.ts";
import { asUnavailable, refusedName } from "./mongodb-faults.ts";
import { createIndexes } from "./mongodb-indexes.ts";
import { createJobStates } from "./mongodb-jobs.ts";
import { createLeases } from "./mongodb-leases.ts";
import { createLogs } from "./mongodb-logs.ts";
import { createNonces } from "./mongodb-nonces.ts";
import { noteNewOptions } from "./mongodb-options.ts";
import { createPageReads } from "./mongodb-page-reads.ts";
import { createPolicies } from "./mongodb-policies.ts";
import { createReads } from "./mongodb-reads.ts";
import { createRejections } from "./mongodb-rejections.ts";
import { createRetention } from "./mongodb-retention.ts";
import { letOthersPass } from "./mongodb-rounds.ts";
import { createSuspects } from "./mongodb-suspects.ts";
import { createWork } from "./mongodb-work.ts";
import { createWrites } from "./mongodb-writes.ts";
import { checkLimits, watchChecks } from "./watch-checks.ts";

/** How often the creation of indexes is retried. */
const MAX_REFUSALS = 3;

/**
 * Opens a store on a server that speaks MongoDB's protocol: MongoDB, Amazon DocumentDB, or FerretDB on DocumentDB. The store uses only
 * features that these have in common: point writes by `_id` and compare-and-set, but no transactions.
 *
 * @param url - the path names the database, which is `pulse_ingest` by default.
 * @param onStuck - called if the driver hangs. The caller must then open the store again.
 * @throws Misuse for an invalid address; Unavailable while the server does not answer.
 */
export async function openMongodbStore(
  url: string,
  rejectionTtlDays: number,
  onStuck: () => void = () => undefined,
  limits: StoreLimits = defaultStoreLimits,
): Promise<Store> {
  const { client, database } = createMongodbClient(url);
  const all = collectionsOf(database);
  const answers = limitAnswers(client);
  const endWatch = watchChecks(client, checkLimits(client.options), onStuck);
  try {
    await answers.within(() => client.connect());
    await answers.within(() => createIndexesAmongOthers(all));
    await answers.within(() => noteNewOptions(all));
  } catch (error) {
    endWatch();
    await client.close();
    throw refusedName(error) ?? asUnavailable(error);
  }
  const ending = new AbortController();
  // Not awaited, because it takes minutes in a large store of an earlier version.
  void completeDocuments(database, ending.signal);
  const { forPublishers, forWorkers, forPeople, end } = createPolicies(all, answers);
  const rejections = createRejections(all, rejectionTtlDays, limits.rejectionQuota);
  const { recordRejections, resolveRejections, ...rejectionReads } = rejections;
  const { finishItems, ...work } = createWork(all);
  const { replaceBugs, ...bugReads } = createBugs(all);
  const credentials = createCredentials(all);
  const archive = createArchive(all);
  const writes = createWrites(all, new LogRoom(limits.maxWaitingLogs, () => performance.now()));

  const publishersCalls = wrapCalls(
    {
      ...{ ...writes, ...createArtifacts(all), ...createJobStates(all) },
      ...{ recordRejections, resolveRejections, finishItems, storeArchived },
    },
    forPublishers,
  );
  const workersCalls = wrapCalls(
    {
      ...{ ...createClaims(all), ...work, ...bugReads, ...createSuspects(all), ...createBindings(all) },
      ...{ ...credentials.forWorkers, ...createNonces(all), ...archive.forWorkers },
      ...{ ...createRetention(all), ...createLeases(all), ping },
    },
    forWorkers,
  );
  const peoplesCalls = wrapCalls(
    {
      ...{ ...createReads(all), ...createApiReads(all), ...createPageReads(all) },
      ...{ ...rejectionReads, ...createLogs(all), replaceBugs },
      ...{ ...credentials.forPeople, ...archive.forPeople, ...createExpiryCounts(all) },
      ...createCopies(all, rejectionTtlDays),
    },
    forPeople,
  );
  const finishGrouped = groupCalls(publishersCalls.finishItems);

  /** Writes the segment and the submissions at the same time, so the segment takes no additional round trip. */
  async function storeArchived(batch: readonly Arrival[], segment: NewSegment): Promise<StoreOutcome[]> {
    const [outcomes] = await Promise.all([
      writes.storeSubmissions(batch),
      archive.forWorkers.addSegment(segment),
    ]);
    return outcomes;
  }

  async function ping(): Promise<void> {
    // Reads from the primary instead of using the command `ping`, which a server answers even if its own database is down.
    await all.versions.findOne({ _id: "bugs" });
  }

  return {
    name: `mongodb (${client.options.hosts.map(String).join(",")}/${database.databaseName})`,
    ...publishersCalls,
    ...workersCalls,
    ...peoplesCalls,
    finishWork: (item, artifacts) => finishGrouped({ item, artifacts }),
    async close() {
      if (!end()) return;
      ending.abort();
      endWatch();
      await client.close();
      answers.end();
    },
  };
}

/**
 * Creates the indexes, and retries if the server refuses. Some servers lock a collection to create a unique index, and abort the call of
 * one of several workers that open the store at the same moment.
 */
async function createIndexesAmongOthers(all: Collections): Promise<void> {
  for (let round = 0; ; round++) {
    try {
      await createIndexes(all);
      return;
    } catch (error) {
      if (!(error instanceof MongoServerError) || round >= MAX_REFUSALS) throw error;
      await letOthersPass(round);
    }
  }
}
