import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { databaseUrl } from "../config/read-settings.ts";
import type { Settings } from "../config/settings.ts";
import { makeFolder } from "../disk/make-folder.ts";
import { closeDataToOthers } from "../disk/private-files.ts";
import { errorCode } from "../domain/error-code.ts";
import { Misuse } from "../domain/faults.ts";
import type { Log } from "../log.ts";
import { openSpool, type Spool, spoolFiles } from "../spool/open-spool.ts";
import { keepOpen } from "../store/calls/keep-open.ts";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/ports/store.ts";
import { storeLimits } from "./options.ts";

/** How long a start waits for the store before it consumes without it. */
const FIRST_TRY_MS = 3000;

/** What is wrong with a folder for good: a full or failing disk is waited for, as later in an outage. */
const forGood = /^(ENOENT|ENOTDIR|EEXIST|EACCES|EPERM|EROFS|ENAMETOOLONG|ELOOP)$/;

/** Closes what is kept in DATA_DIR to other users of the machine, and warns of what cannot be closed. */
export function closeStorageToOthers({ DATA_DIR }: Pick<Settings, "DATA_DIR">, log: Log): void {
  const files = closeDataToOthers(DATA_DIR);
  const hint = "other users of this machine may read them: make them the worker's own, with mode 0600";
  if (files.length > 0) log.warn("files_open_to_others", { files, hint });
}

/**
 * The spool that the settings ask for. Null: none is wanted; with the embedded store it would only share its disk.
 *
 * @throws Misuse for a folder that takes no files: in an outage would be too late to say so.
 */
export function openSpoolOf(settings: Settings, log: Log): Spool | null {
  const folder = join(settings.DATA_DIR, "spool");
  const isEmbedded = settings.MONGODB_URL === undefined && settings.MONGODB_URL_FILE === undefined;
  if (settings.SPOOL && !isEmbedded) {
    checkFolder(folder);
    return openSpool({ folder, maxBytes: settings.SPOOL_MAX_BYTES, log });
  }
  const files = spoolFiles(folder);
  const hint = "they hold acknowledged messages of earlier workers: start once with SPOOL=on and MONGODB_URL";
  if (files.length > 0) log.warn("spool_left", { files, hint });
  return null;
}

function checkFolder(folder: string): void {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const code = errorCode(error);
    if (!forGood.test(code)) return;
    const reason = String(error).replace(/^Error: /, "");
    throw new Misuse([
      `the folder for the spool cannot be used: ${reason}; name another one by DATA_DIR, or do without by SPOOL=off`,
    ]);
  }
}

/**
 * The store that the settings name, kept open wherever `MONGODB_URL_FILE` says that it is: with a spool given at once,
 * there or not; without, as soon as it answers. Null when the end was asked for before.
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
