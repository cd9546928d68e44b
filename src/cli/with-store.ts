import { Misuse, Unavailable } from "../domain/faults.ts";
import { databaseUrl, readSettings } from "../read-settings.ts";
import type { Settings } from "../settings.ts";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";

/** The settings that a command asks for which looks into the store. */
export const storeSettingNames = [
  "MONGODB_URL",
  "MONGODB_URL_FILE",
  "DATA_DIR",
  "REJECTION_TTL_DAYS",
] as const;

export type StoreSettings = Pick<Settings, (typeof storeSettingNames)[number]>;

/** Opens the store that the settings name, does the work, and closes it. @throws Misuse where it cannot be used. */
export async function withStore<T>(env: NodeJS.ProcessEnv, work: (store: Store) => Promise<T>): Promise<T> {
  return withStoreOf(readSettings(env, storeSettingNames), work);
}

/** The same, with settings that were read before. */
export async function withStoreOf<T>(
  settings: StoreSettings,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  try {
    const store = await openStore({
      mongodbUrl: await databaseUrl(settings),
      dataDir: settings.DATA_DIR,
      rejectionTtlDays: settings.REJECTION_TTL_DAYS,
    });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    throw new Misuse([`${error.message}; see MONGODB_URL and DATA_DIR`]);
  }
}
