import { openMongodbStore } from "./mongodb/mongodb-store.ts";
import type { Store } from "./ports/store.ts";
import type { StoreLimits } from "./rules/store-limits.ts";
import { openSqliteStore } from "./sqlite/sqlite-store.ts";

export interface StoreOptions {
  /** null: the embedded store. */
  readonly mongodbUrl: string | null;
  readonly dataDir: string;
  readonly rejectionTtlDays: number;
  /** For a worker, which takes what strangers send; commands leave it out. */
  readonly limits?: StoreLimits;
  /** Told where the store hangs in a way that only another opening mends. */
  readonly onStuck?: () => void;
}

/** The one place that chooses a store. @throws as the adapter's own open does. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { mongodbUrl, dataDir, rejectionTtlDays, limits, onStuck } = options;
  return mongodbUrl === null
    ? openSqliteStore(dataDir, rejectionTtlDays, limits)
    : openMongodbStore(mongodbUrl, rejectionTtlDays, onStuck, limits);
}
