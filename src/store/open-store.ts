import type { Store } from "./ports/store.ts";
import type { StoreLimits } from "./rules/store-limits.ts";

export interface StoreOptions {
  /** The address of a MongoDB database; null for the embedded store. */
  readonly mongodbUrl: string | null;
  readonly dataDir: string;
  readonly rejectionTtlDays: number;
  /** Limits on what publishers may store. Workers set them; commands do not. */
  readonly limits?: StoreLimits;
  /** Called if the store hangs or its file was replaced. The caller must then open the store again. */
  readonly onStuck?: () => void;
}

/** Opens the store that the options select, and loads only its driver. @throws the errors of the adapter's open function. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { mongodbUrl, dataDir, rejectionTtlDays, limits, onStuck } = options;
  if (mongodbUrl === null) {
    const { openSqliteStore } = await import("./sqlite/sqlite-store.ts");
    return openSqliteStore(dataDir, rejectionTtlDays, limits, onStuck);
  }
  const { openMongodbStore } = await import("./mongodb/mongodb-store.ts");
  return openMongodbStore(mongodbUrl, rejectionTtlDays, onStuck, limits);
}

/** Checks a database address as {@link openStore} does, without contacting a server. @throws Misuse if the address is invalid. */
export async function checkDatabaseAddress(mongodbUrl: string): Promise<void> {
  const { createMongodbClient } = await import("./mongodb/mongodb-address.ts");
  await createMongodbClient(mongodbUrl).client.close();
}
