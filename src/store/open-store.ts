import { openMongodbStore } from "./mongodb/mongodb-store.ts";
import { openSqliteStore } from "./sqlite/sqlite-store.ts";
import type { Store } from "./store.ts";

export interface StoreOptions {
  /** null: the embedded store. */
  readonly mongodbUrl: string | null;
  readonly dataDir: string;
  readonly rejectionTtlDays: number;
  /** Of each exchange; for what stores jobs. The default is {@link defaultMaxWaitingLogs}. */
  readonly maxWaitingLogs?: number;
  /** Told where the store hangs in a way that only another opening mends. */
  readonly onStuck?: () => void;
}

/** The one place that chooses a store. @throws as the adapter's own open does. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { mongodbUrl, dataDir, rejectionTtlDays, onStuck, maxWaitingLogs } = options;
  return mongodbUrl === null
    ? openSqliteStore(dataDir, rejectionTtlDays, maxWaitingLogs)
    : openMongodbStore(mongodbUrl, rejectionTtlDays, onStuck, maxWaitingLogs);
}
