import { Misuse } from "../domain/faults.ts";
import type { Log } from "../log.ts";
import { readKeyFile } from "./key-file.ts";
import type { CredentialKey } from "./sealed-secret.ts";

/** The keys of a worker's key file. */
export interface Keyring {
  /** Returns the keys as last read; empty if there is no key file. */
  keys(): readonly CredentialKey[];
  /**
   * Reads the file again, at most every few seconds. Called if a secret needs an unknown key. An invalid file is reported in
   * the log, and the known keys stay in use.
   */
  refresh(): void;
}

/** The shortest time between two reads of the file, in milliseconds. */
const REREAD_MS = 2000;

/**
 * Opens the key file of a worker. Keys may be added to the file while the worker runs; see `docs/credentials.md`.
 *
 * @param path - the key file; undefined if there is none.
 * @param now - returns milliseconds since the Unix epoch.
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
