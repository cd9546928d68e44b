import { Misuse } from "../domain/faults.ts";
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
  if (mongodbUrl !== null) {
    throw new Misuse([
      "MONGODB_URL: there is no MongoDB store in this version; unset it to use the embedded one",
    ]);
  }
  return openSqliteStore(dataDir, rejectionTtlDays);
}
