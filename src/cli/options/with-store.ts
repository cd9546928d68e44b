import { existsSync } from "node:fs";
import { join } from "node:path";
import { databaseUrl } from "../../config/read-settings.ts";
import type { Settings } from "../../config/settings.ts";
import { Misuse, Unavailable } from "../../domain/faults.ts";
import { openStore } from "../../store/open-store.ts";
import type { Store } from "../../store/ports/store.ts";
import { defaultStoreLimits } from "../../store/rules/store-limits.ts";

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

/**
 * Opens the store that the settings name, does the work, and closes it.
 *
 * @param absent - what happens where the embedded store does not exist yet: it is made, or the command is refused because
 *   it only asks a question.
 * @throws Misuse where the store cannot be used, or does not exist.
 */
export async function withStore<T>(
  settings: StoreSettings,
  absent: "make" | "refuse",
  work: (store: Store) => Promise<T>,
): Promise<T> {
  if (absent === "refuse" && !(await isStoreThere(settings))) {
    throw new Misuse([`there is no store in ${settings.DATA_DIR}; see DATA_DIR and MONGODB_URL`]);
  }
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
