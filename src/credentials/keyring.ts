import { Misuse } from "../domain/faults.ts";
import type { Log } from "../log.ts";
import { readKeyFile } from "./key-file.ts";
import type { CredentialKey } from "./sealed-secret.ts";

/** The keys of a worker's key file. */
export interface Keyring {
  /** The keys as last read; none if there is no key file. */
  keys(): readonly CredentialKey[];
  /**
   * Reads the file again, because a secret needs a key that is not known. At most every few seconds. An invalid file is
   * reported in the log, and the known keys stay in use.
   */
  refresh(): void;
}

/** The shortest time between two looks at the file, in milliseconds. */
const REREAD_MS = 2000;

/**
 * Opens the keys of a worker. The file may get a new key while the worker runs: see `docs/credentials.md`.
 *
 * @param path - the key file; undefined if there is none.
 * @param now - milliseconds since the Unix epoch.
 * @throws Misuse if the file is invalid now.
 */
export function openKeyring(path: string | undefined, now: () => number, log: Log): Keyring {
  let keys = readKeyFile(path);
  let readAt = now();

  function refresh(): void {
    if (path === undefined || Math.abs(now() - readAt) < REREAD_MS) return;
    readAt = now();
    try {
      keys = readKeyFile(path);
    } catch (error) {
      if (!(error instanceof Misuse)) throw error;
      log.warn("credentials_key_file_broken", { problems: error.problems });
    }
  }

  return { keys: () => keys, refresh };
}
