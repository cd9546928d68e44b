import { openMongodbStore } from "./mongodb/mongodb-store.ts";
import { openSqliteStore } from "./sqlite/sqlite-store.ts";
import type { Store } from "./store.ts";

export interface StoreOptions {
  /** null: the embedded store. */
  readonly mongodbUrl: string | null;
  readonly dataDir: string;
  readonly rejectionTtlDays: number;
}

/** The one place that chooses a store. @throws as the adapter's own open does. */
export async function openStore({ mongodbUrl, dataDir, rejectionTtlDays }: StoreOptions): Promise<Store> {
  return mongodbUrl === null
    ? openSqliteStore(dataDir, rejectionTtlDays)
    : openMongodbStore(mongodbUrl, rejectionTtlDays);
}
