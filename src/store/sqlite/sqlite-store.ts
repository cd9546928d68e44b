import { groupCalls } from "../calls/group-calls.ts";
import { createGuard } from "../calls/guard-calls.ts";
import { wrapCalls } from "../calls/wrap-calls.ts";
import type { Store } from "../ports/store.ts";
import { LogRoom } from "../rules/log-room.ts";
import { defaultStoreLimits, type StoreLimits } from "../rules/store-limits.ts";
import { LockLine } from "./lock-line.ts";
import { createApiReads } from "./sqlite-api-reads.ts";
import { createArchive } from "./sqlite-archive.ts";
import { createArtifacts } from "./sqlite-artifacts.ts";
import { createBindings } from "./sqlite-bindings.ts";
import { createBugs } from "./sqlite-bugs.ts";
import { createCopies } from "./sqlite-copies.ts";
import { createCredentials } from "./sqlite-credentials.ts";
import { asUnavailable, openStoreDatabase } from "./sqlite-database.ts";
import { createLeases } from "./sqlite-leases.ts";
import { createLogs } from "./sqlite-logs.ts";
import { createNonces } from "./sqlite-nonces.ts";
import { createPageReads } from "./sqlite-page-reads.ts";
import { createReads } from "./sqlite-reads.ts";
import { createRejections } from "./sqlite-rejections.ts";
import { createRetention } from "./sqlite-retention.ts";
import { createSpace } from "./sqlite-space.ts";
import { createSuspects } from "./sqlite-suspects.ts";
import { createWork } from "./sqlite-work.ts";
import { createWrites } from "./sqlite-writes.ts";
import { storeFile } from "./store-file.ts";
import { watchStoreFile } from "./watch-store-file.ts";

/** How long opening waits for a lock, in milliseconds. Another process may be migrating the file, in several locked steps. */
const OPENING_MS = 5000;

/**
 * Opens the embedded store, which is a single file. Its calls are short, and block the event loop. If the file is locked, they wait
 * without blocking.
 *
 * @param folder - created if it does not exist.
 * @param onStuck - called if the open file was replaced by another file. The caller must then open the store again.
 * @throws Misuse for a file that is not a store; Unavailable while another process has it locked.
 */
export async function openSqliteStore(
  folder: string,
  rejectionTtlDays: number,
  limits: StoreLimits = defaultStoreLimits,
  onStuck: () => void = () => undefined,
): Promise<Store> {
  const path = storeFile(folder);
  const line = new LockLine();
  const db = await line
    .ask(() => openStoreDatabase(path), OPENING_MS)
    .catch((error: unknown) => {
      throw asUnavailable(error);
    });
  const checkFile = watchStoreFile(db, path, onStuck);
  const { guard, end } = createGuard(asUnavailable, (call) =>
    line.ask(() => {
      checkFile();
      return call();
    }),
  );
  const archive = createArchive(db);
  const room = new LogRoom(limits.maxWaitingLogs, () => performance.now());
  const { finishItems, useNonces, ...calls } = wrapCalls(
    {
      ...createWrites(db, room, archive.putSegment),
      ...archive.calls,
      ...createArtifacts(db),
      ...createRejections(db, rejectionTtlDays, limits.rejectionQuota),
      ...createWork(db),
      ...createLogs(db),
      ...createReads(db),
      ...createApiReads(db),
      ...createPageReads(db),
      ...createBugs(db),
      ...createSuspects(db),
      ...createBindings(db),
      ...createCredentials(db),
      ...createNonces(db),
      ...createCopies(db),
      ...createRetention(db),
      ...createSpace(db),
      ...createLeases(db),
      ping,
    },
    guard,
  );
  const finishGrouped = groupCalls(finishItems);

  function ping(): void {
    db.exec("BEGIN IMMEDIATE; ROLLBACK");
  }

  return {
    name: `sqlite (${path})`,
    ...calls,
    finishWork: (item, artifacts) => finishGrouped({ item, artifacts }),
    useNonce: groupCalls(useNonces),
    async close() {
      if (end()) db.close();
    },
  };
}
