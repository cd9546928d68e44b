import { databaseUrl } from "../../config/read-settings.ts";
import type { Settings } from "../../config/settings.ts";
import { Misuse, Unavailable } from "../../domain/faults.ts";
import { openStore } from "../../store/open-store.ts";
import type { Store } from "../../store/ports/store.ts";
import { defaultStoreLimits, type StoreLimits } from "../../store/rules/store-limits.ts";
import { isStoreIn } from "../../store/sqlite/store-file.ts";

/** The settings that a command needs to open the store. */
export const storeSettingNames = [
  "MONGODB_URL",
  "MONGODB_URL_FILE",
  "DATA_DIR",
  "REJECTION_TTL_DAYS",
  "LOG_MAX_WAITING_PER_EXCHANGE",
] as const;

export type StoreSettings = Pick<Settings, (typeof storeSettingNames)[number]>;

/**
 * Returns whether there is a store: false if the settings name an embedded store that no worker has created yet.
 *
 * @throws Misuse if the database address or the folder cannot be read.
 */
export async function isStoreThere(settings: StoreSettings): Promise<boolean> {
  return (await databaseUrl(settings)) !== null || isStoreIn(settings.DATA_DIR);
}

/**
 * Opens the store that the settings name, does the work, and closes it.
 *
 * @param absent - what to do if the embedded store does not exist yet: create it, or refuse because the command only reads.
 * @param limits - limits that differ from the defaults. By default, quotas of rejections are off, because a command only replays
 *   messages that a worker has already counted.
 * @throws Misuse if the store cannot be used or does not exist.
 */
export async function withStore<T>(
  settings: StoreSettings,
  absent: "make" | "refuse",
  work: (store: Store) => Promise<T>,
  limits: Partial<StoreLimits> = {},
): Promise<T> {
  if (absent === "refuse" && !(await isStoreThere(settings))) {
    throw new Misuse([`there is no store in ${settings.DATA_DIR}; see DATA_DIR and MONGODB_URL`]);
  }
  try {
    const store = await openStore({
      mongodbUrl: await databaseUrl(settings),
      dataDir: settings.DATA_DIR,
      rejectionTtlDays: settings.REJECTION_TTL_DAYS,
      limits: { ...defaultStoreLimits, maxWaitingLogs: settings.LOG_MAX_WAITING_PER_EXCHANGE, ...limits },
    });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    const setting = (await databaseUrl(settings)) === null ? "DATA_DIR" : "MONGODB_URL";
    throw new Misuse([`${error.message.replace(/\.$/, "")}; see ${setting}`]);
  }
}
