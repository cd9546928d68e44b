import { join } from "node:path";
import { Unavailable } from "./domain/faults.ts";
import { holdWhileAway } from "./ingest/hold-while-away.ts";
import type { Log } from "./log.ts";
import { databaseUrl } from "./read-settings.ts";
import type { Settings } from "./settings.ts";
import { openSpool, type Spool, spoolFiles } from "./spool/open-spool.ts";
import { openLater } from "./store/open-later.ts";
import { openStore } from "./store/open-store.ts";
import type { Store } from "./store/store.ts";

/** How long a start waits for the store before it consumes without it. */
const FIRST_TRY_MS = 3000;

/** The spool that the settings ask for. Null: none is wanted; with the embedded store it would only share its disk. */
export function openSpoolOf(settings: Settings, log: Log): Spool | null {
  const folder = join(settings.DATA_DIR, "spool");
  const isEmbedded = settings.MONGODB_URL === undefined && settings.MONGODB_URL_FILE === undefined;
  if (settings.SPOOL && !isEmbedded) {
    return openSpool({ folder, maxBytes: settings.SPOOL_MAX_BYTES, log });
  }
  const files = spoolFiles(folder);
  const hint = "they hold acknowledged messages of earlier workers: start once with SPOOL=on and MONGODB_URL";
  if (files.length > 0) log.warn("spool_left", { files, hint });
  return null;
}

/**
 * The store that the settings name: with a spool at once, there or not; without, as soon as it answers. Null when the end was asked for before.
 */
export async function openStoreOf(
  settings: Settings,
  hasSpool: boolean,
  log: Log,
  stop: AbortSignal,
): Promise<Store | null> {
  const open = async (): Promise<Store> =>
    openStore({
      mongodbUrl: await databaseUrl(settings),
      dataDir: settings.DATA_DIR,
      rejectionTtlDays: settings.REJECTION_TTL_DAYS,
    });
  if (hasSpool) return openLater({ open, firstTryMs: Math.min(settings.SPOOL_AFTER_MS, FIRST_TRY_MS), log });
  const openUnlessStopped = async (): Promise<Store> => {
    const store = await open();
    if (!stop.aborted) return store;
    // Maybe long after: nobody waits for it any more, and an open one keeps the process from ending.
    await store.close();
    throw new Unavailable("store", "the end was asked for");
  };
  try {
    return await holdWhileAway(openUnlessStopped, {
      stop,
      giveUpAfterMs: null,
      onAway: (error, attempt) => log.warn("store_away", { attempt: attempt + 1, error }),
      onBack: (attempts) => log.info("store_back", { attempts }),
    });
  } catch (error) {
    if (error instanceof Unavailable && stop.aborted) return null;
    throw error;
  }
}
