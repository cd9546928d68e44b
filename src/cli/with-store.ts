import { existsSync } from "node:fs";
import { join } from "node:path";
import { Misuse, Unavailable } from "../domain/faults.ts";
import { databaseUrl, readSettings } from "../read-settings.ts";
import type { Settings } from "../settings.ts";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";
import { defaultStoreLimits } from "../store/store-limits.ts";

/** The settings that a command asks for which looks into the store. */
export const storeSettingNames = [
  "MONGODB_URL",
  "MONGODB_URL_FILE",
  "DATA_DIR",
  "REJECTION_TTL_DAYS",
  "LOG_MAX_WAITING_PER_EXCHANGE",
] as const;

export type StoreSettings = Pick<Settings, (typeof storeSettingNames)[number]>;

/** False: the settings name an embedded store, and no worker has made it yet. */
export async function isStoreThere(settings: StoreSettings): Promise<boolean> {
  return (await databaseUrl(settings)) !== null || existsSync(join(settings.DATA_DIR, "pulse-ingest.db"));
}

/** As `withStore`, for a question: a store that is not there is not made for it. @throws Misuse then, too. */
export async function withStoreThere<T>(
  env: NodeJS.ProcessEnv,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  return withStoreThereOf(readSettings(env, storeSettingNames), work);
}

/** The same, with settings that were read before. */
export async function withStoreThereOf<T>(
  settings: StoreSettings,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  if (!(await isStoreThere(settings))) {
    throw new Misuse([`there is no store in ${settings.DATA_DIR}; see DATA_DIR and MONGODB_URL`]);
  }
  return withStoreOf(settings, work);
}

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
      // A command replays what a worker has counted already.
      limits: { ...defaultStoreLimits, maxWaitingLogs: settings.LOG_MAX_WAITING_PER_EXCHANGE },
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
