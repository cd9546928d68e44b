import type { Store } from "./ports/store.ts";
import type { StoreLimits } from "./rules/store-limits.ts";

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

/** The one place that chooses a store, and loads only its driver. @throws as the adapter's own open does. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { mongodbUrl, dataDir, rejectionTtlDays, limits, onStuck } = options;
  if (mongodbUrl === null) {
    const { openSqliteStore } = await import("./sqlite/sqlite-store.ts");
    return openSqliteStore(dataDir, rejectionTtlDays, limits);
  }
  const { openMongodbStore } = await import("./mongodb/mongodb-store.ts");
  return openMongodbStore(mongodbUrl, rejectionTtlDays, onStuck, limits);
}
