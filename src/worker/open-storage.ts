import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { databaseUrl } from "../config/read-settings.ts";
import type { Settings } from "../config/settings.ts";
import { makeFolder } from "../disk/make-folder.ts";
import { closeDataToOthers } from "../disk/private-files.ts";
import { errorCode } from "../domain/error-code.ts";
import { Misuse, Unavailable } from "../domain/faults.ts";
import type { Log } from "../log.ts";
import { openSpool, type Spool } from "../spool/open-spool.ts";
import { spoolFiles } from "../spool/spool-folder.ts";
import { keepOpen } from "../store/calls/keep-open.ts";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/ports/store.ts";
import { storeLimits } from "./options.ts";

/** How long a worker with a spool waits for the store at start-up before it starts to consume anyway. */
const FIRST_TRY_MS = 3000;

/** Folder errors that do not go away by themselves. For others, such as a full or failing disk, the worker starts anyway. */
const forGood = /^(ENOENT|ENOTDIR|EEXIST|EACCES|EPERM|EROFS|ENAMETOOLONG|ELOOP)$/;

/** Removes other users' access to the files in DATA_DIR. Logs a warning if that fails. */
export function closeStorageToOthers({ DATA_DIR }: Pick<Settings, "DATA_DIR">, log: Log): void {
  const files = closeDataToOthers(DATA_DIR);
  const hint =
    "other users of this machine may read these files: let the worker's user own them, with mode 0600";
  if (files.length > 0) log.warn("files_open_to_others", { files, hint });
}

/**
 * Opens the spool, or returns null if the settings turn it off. There is no spool for the embedded store, because both would be on
 * the same disk.
 *
 * @throws Misuse for a folder in which no files can be created, because during an outage it would be too late to report that.
 */
export function openSpoolOf(settings: Settings, log: Log): Spool | null {
  const folder = join(settings.DATA_DIR, "spool");
  const isEmbedded = settings.MONGODB_URL === undefined && settings.MONGODB_URL_FILE === undefined;
  if (settings.SPOOL && !isEmbedded) {
    checkFolder(folder);
    return openSpool({ folder, maxBytes: settings.SPOOL_MAX_BYTES, log });
  }
  const files = filesLeftIn(folder, log);
  const hint =
    "these files contain acknowledged messages of earlier workers: to store them, start once with SPOOL=on and MONGODB_URL";
  if (files.length > 0) log.warn("spool_left", { files, hint });
  return null;
}

/** Returns the spool files that earlier workers have left. If the folder cannot be read, a worker without a spool starts anyway. */
function filesLeftIn(folder: string, log: Log): string[] {
  try {
    return spoolFiles(folder);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    log.warn("spool_unreadable", { path: folder, error });
    return [];
  }
}

function checkFolder(folder: string): void {
  try {
    makeFolder(folder);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = errorCode(error);
    if (!forGood.test(code)) return;
    const reason = String(error).replace(/^Error: /, "");
    throw new Misuse([
      `the folder for the spool cannot be used: ${reason}; set DATA_DIR to another folder, or turn the spool off with SPOOL=off`,
    ]);
  }
}

/**
 * Opens the store that the settings name, and keeps it open, even if the address in `MONGODB_URL_FILE` changes. With a spool, it
 * returns after a short time even if the store is away. Without a spool, it waits until the store answers. Returns null if the worker
 * is asked to stop before that.
 */
export async function openStoreOf(
  settings: Settings,
  hasSpool: boolean,
  log: Log,
  stop: AbortSignal,
): Promise<Store | null> {
  return keepOpen({
    readAddress: () => databaseUrl(settings),
    open: (mongodbUrl, onStuck) =>
      openStore({
        mongodbUrl,
        dataDir: settings.DATA_DIR,
        rejectionTtlDays: settings.REJECTION_TTL_DAYS,
        limits: storeLimits(settings),
        onStuck,
      }),
    patienceMs: hasSpool ? Math.min(settings.SPOOL_AFTER_MS, FIRST_TRY_MS) : null,
    stop,
    log,
  });
}
